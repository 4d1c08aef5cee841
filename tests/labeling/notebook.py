"""A notebook without a kernel: what the page's script says to the widget."""


class Notebook:
    """Say to a widget what the page's script would, and keep what it answers."""

    def __init__(self, widget):
        self.view, self.sent, self.n = widget.view, [], 0
        self.view.send = self.sent.append

    def post(self, action, **body):
        """Return status and reply of one request of the page."""
        self.n += 1
        body = {"request": f"r{self.n}", **body}
        message = {"id": self.n, "action": action, "body": body}
        self.view._handle_custom_msg(message, [])
        reply = self.sent.pop()
        assert reply["id"] == self.n
        return reply["status"], reply["body"]
