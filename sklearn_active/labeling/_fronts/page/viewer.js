// An image that fills the room there is, and can be zoomed and moved.

import { el } from "./dom.js";

const STEP = 1.5; // of a key
const WHEEL = 0.002;
const LARGEST = 8; // times its size, or four times as large as it fits
const LARGEST_SQUARE = 30; // px: of larger ones nobody sees the whole
const SQUARES = 4; // from here on pixels are seen, and shown as squares

export class Viewer {
  constructor(image) {
    this.image = image;
    this.element = el("div", { class: "labeler-viewer" }, image);
    this.fingers = new Map(); // where each pointer is that is down
    this.isFit = true;
    this.scale = 1;
    this.left = this.top = 0;
    const on = (kind, act, options) => this.element.addEventListener(kind, act, options);
    on("wheel", (event) => this.onWheel(event), { passive: false });
    on("dblclick", (event) => this.toggle(...this.pointOf(event)));
    on("pointerdown", (event) => this.onDown(event));
    on("pointermove", (event) => this.onMove(event));
    for (const kind of ["pointerup", "pointercancel"])
      on(kind, ({ pointerId }) => this.fingers.delete(pointerId));
    new ResizeObserver(() => this.resize()).observe(this.element);
  }

  get room() {
    const { width, height } = this.element.getBoundingClientRect();
    return [width, height];
  }

  // Small images in whole multiples: every pixel is a square, and all are the same.
  get fitting() {
    const [width, height] = this.room;
    const { naturalWidth, naturalHeight } = this.image;
    const times = Math.min(width / naturalWidth, height / naturalHeight);
    return times >= 1 ? Math.min(Math.floor(times), LARGEST_SQUARE) : times;
  }

  resize() {
    if (this.isFit) this.fit();
    else this.draw();
  }

  fit() {
    this.isFit = true;
    this.scale = this.fitting;
    this.draw();
  }

  toggle(x, y) {
    if (this.isFit) this.zoomTo(Math.max(2 * this.scale, 1), x, y);
    else this.fit();
  }

  zoom(how) {
    if (how === "fit") this.fit();
    else this.zoomTo(this.scale * (how === "in" ? STEP : 1 / STEP));
  }

  // What is at (x, y) stays there.
  zoomTo(scale, x = this.room[0] / 2, y = this.room[1] / 2) {
    const least = this.fitting;
    const next = Math.min(scale, Math.max(LARGEST, 4 * least));
    if (next <= least) {
      this.fit();
      return;
    }
    this.isFit = false;
    this.left = x - ((x - this.left) * next) / this.scale;
    this.top = y - ((y - this.top) * next) / this.scale;
    this.scale = next;
    this.draw();
  }

  // Return whether there was anywhere to move to.
  move(right, down) {
    const { left, top } = this;
    this.left -= right;
    this.top -= down;
    this.draw();
    return left !== this.left || top !== this.top;
  }

  draw() {
    const { image, scale } = this;
    const size = [image.naturalWidth * scale, image.naturalHeight * scale];
    const kept = (start, length, room) =>
      length <= room ? (room - length) / 2 : Math.min(0, Math.max(room - length, start));
    const [width, height] = this.room;
    this.left = kept(this.left, size[0], width);
    this.top = kept(this.top, size[1], height);
    image.style.width = `${size[0]}px`;
    image.style.height = `${size[1]}px`;
    image.style.transform = `translate(${this.left}px, ${this.top}px)`;
    const isWhole = this.fitting >= 2;
    image.classList.toggle("labeler-pixels", isWhole || scale >= SQUARES);
    this.element.classList.toggle("labeler-zoomed", !this.isFit);
  }

  // -- pointers ----------------------------------------------------------------------

  pointOf({ clientX, clientY }) {
    const { left, top } = this.element.getBoundingClientRect();
    return [clientX - left, clientY - top];
  }

  onWheel(event) {
    if (!event.ctrlKey && !event.metaKey) return; // the page is scrolled
    event.preventDefault();
    this.zoomTo(this.scale * Math.exp(-event.deltaY * WHEEL), ...this.pointOf(event));
  }

  onDown(event) {
    if (event.button !== 0) return;
    this.element.setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, this.pointOf(event));
  }

  onMove(event) {
    if (!this.fingers.has(event.pointerId)) return;
    const before = [...this.fingers.values()];
    this.fingers.set(event.pointerId, this.pointOf(event));
    const now = [...this.fingers.values()];
    const middle = (points) =>
      [0, 1].map((i) => points.reduce((sum, point) => sum + point[i], 0) / points.length);
    const [was, is] = [middle(before), middle(now)];
    if (now.length === 2) {
      const apart = ([one, other]) => Math.hypot(one[0] - other[0], one[1] - other[1]);
      this.zoomTo((this.scale * apart(now)) / Math.max(apart(before), 1), ...was);
    }
    if (!this.isFit) this.move(was[0] - is[0], was[1] - is[1]);
  }
}
