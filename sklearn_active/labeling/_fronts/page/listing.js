// What the page does while the list of all rows is open: its rows are shown, and labeled,
// one after the other.

import { titleOf } from "./figures.js";
import { BY_OTHERS } from "./list.js";
import { drawNoRow } from "./resting.js";

const MOST_KEPT = 40; // items that were seen, to be shown again without waiting

// Of the page: what is shown (`screen`), what is asked for (`requests`), the `list`.
export class Listing {
  constructor() {
    this.items = new Map(); // by row, of those seen
    this.changing = null; // the row that is being changed, or labeled from the list
    this.turn = 0; // of what is shown: what comes late is dropped
    this.isListing = false;
  }

  keep(row, item) {
    this.items.delete(row); // the latest are kept, the oldest let go
    this.items.set(row, item);
    if (this.items.size > MOST_KEPT) this.items.delete(this.items.keys().next().value);
  }

  async openList(how = {}) {
    if (this.requests.busy || this.requests.ended) return;
    this.isListing = true;
    this.screen.showBeside(this.list.element);
    this.leavePicked();
    this.showCommands();
    const isSearch = how.like == null;
    (isSearch ? this.list.words : this.list.rows.element).focus();
    await this.list.open(how);
  }

  async closeList() {
    if (this.requests.busy) return;
    this.hideList();
    this.root.focus({ preventScroll: true });
    await this.show(this.state);
  }

  hideList() {
    this.isListing = false;
    this.leavePicked();
    this.screen.showBeside(null);
  }

  // No row can be labeled until one is shown. Return the turn of what is shown next.
  leavePicked() {
    this.changing = null;
    this.screen.startAnew();
    if (!this.requests.busy) this.screen.mode("loading");
    return ++this.turn;
  }

  // Show the row that is picked, or that there is none; while something is being saved
  // it waits: the row is picked anew then.
  async showPicked(picked) {
    if (!this.isListing || this.requests.busy || this.requests.ended) return;
    const turn = this.leavePicked();
    if (!picked) {
      this.screen.showRest(drawNoRow());
      this.showCommands();
      this.screen.mode("done");
      this.screen.drawnAt = performance.now(); // an undo is possible
      return;
    }
    const { row, label, flagged, isReview, reviewed, hidden } = picked;
    const item = await this.itemOf(row);
    if (turn !== this.turn) return;
    this.isLacking = !item;
    if (!item) return;
    const name = titleOf(picked);
    const unknown = hidden ? BY_OTHERS : "no label yet";
    const known = label == null ? unknown : `labeled “${label}”`;
    const reason = isReview && !reviewed ? "asked again: which class?" : known;
    const chosen = isReview ? null : picked.chosen;
    const heading = { row, name, title: name, reason, flagged, chosen };
    if (!(await this.screen.showItem(item, { ...heading, isChange: true }))) return;
    if (turn !== this.turn) return;
    this.changing = picked;
    this.showCommands();
    await this.screen.whenLooked("changing");
  }

  // After something was done about rows: show what is known of them now.
  async pickAnew() {
    const { turn } = this;
    await this.list.refresh();
    if (turn === this.turn) this.list.rows.pickAnew();
  }

  // Others label, too: what is shown of the picked row is never older than the list.
  async refresh() {
    await this.list.refresh();
    const { changing, requests } = this;
    const now = this.list.rows.picked;
    const isOther = (name) => changing && now?.[name] !== changing[name];
    const isOld = changing?.row === now?.row && ["label", "flagged"].some(isOther);
    if (!requests.busy && (isOld || this.isLacking)) this.list.rows.pickAnew();
  }

  // Return an item, null where the program does not answer.
  async itemOf(row) {
    if (!this.items.has(row)) {
      const reply = await this.requests.once("item", { row });
      if (reply?.status !== 200) {
        this.screen.warn("The program does not answer.", "gone");
        return null;
      }
      this.keep(row, reply.body.item);
    }
    return this.items.get(row);
  }
}
