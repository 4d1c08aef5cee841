"""Who may talk to the page's server, and in which form."""

import hmac
import json
from secrets import token_urlsafe
from time import monotonic

MOST_BYTES = 65_536
TOKEN_HEADER = "X-Labeling-Token"
SECONDS_TO_ENTER = 120
_TOKEN_BYTES = 32

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        # style="" in items that are HTML; they are shown in a frame without scripts
        "style-src-attr 'unsafe-inline'; "
        "img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Refusal(Exception):
    """A request that is refused, with a status of HTTP."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Guard:
    """Check every request to a server of this machine before anything else happens.

    A web page from elsewhere can send requests to any port of the machine that shows
    it, and by rebinding its own name to 127.0.0.1 read the answers too. So the name in
    `Host` must be ours, the `Origin` too where there is one, and whoever asks for more
    than the empty page must know the token.

    Parameters
    ----------
    port : int
        Where the server listens.
    annotators : iterable of str or None, default=(None,)
        Who may label: each has a token of 256 random bits.
    tokens : dict of str to str, default=()
        Those of the run before, None where there is none.
    """

    def __init__(self, port, annotators=(None,), tokens=()):
        self._port = port
        self._hosts = [f"127.0.0.1:{port}", f"localhost:{port}"]
        self._origins = [f"http://{host}" for host in self._hosts]
        known = dict(tokens)
        self._tokens = {
            name: known.get(name) or token_urlsafe(_TOKEN_BYTES) for name in annotators
        }
        self._ticket, self._ticket_ends, self._ticket_of = None, 0, None

    def token_of(self, annotator=None):
        """Return the token of an annotator.

        Parameters
        ----------
        annotator : str, default=None
            Who labels.

        Returns
        -------
        token : str
        """
        return self._tokens[annotator]

    def check_source(self, headers):
        """Raise where the request was meant for, or comes from, another site.

        Parameters
        ----------
        headers : Message
            Of the request.
        """
        hosts = headers.get_all("Host", [])
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            raise Refusal(403, f"The Host must be {' or '.join(self._hosts)}.")
        if any(o not in self._origins for o in headers.get_all("Origin", [])):
            raise Refusal(403, "The Origin is another site.")

    def length_of_body(self, headers):
        """Return how many bytes follow the headers, or raise.

        Parameters
        ----------
        headers : Message
            Of the request.

        Returns
        -------
        n_bytes : int
        """
        lengths = headers.get_all("Content-Length", [])
        if not lengths or "Transfer-Encoding" in headers:
            raise Refusal(
                411, "State a Content-Length, and send the body in one piece."
            )
        length = lengths[0]
        if len(lengths) > 1 or not (length.isascii() and length.isdigit()):
            raise Refusal(400, "The Content-Length is not a number.")
        if len(length) > 9 or int(length) > MOST_BYTES:
            raise Refusal(413, f"At most {MOST_BYTES} bytes.")
        return int(length)

    def annotator_of(self, headers):
        """Return whose token the request knows, or raise where it is nobody's.

        Parameters
        ----------
        headers : Message
            Of the request.

        Returns
        -------
        annotator : str or None
        """
        # All tokens are compared, also after the right one: how long it takes doesn't
        # tell whose it is.
        given = headers.get_all(TOKEN_HEADER, [])
        found = [
            name
            for name, token in self._tokens.items()
            if len(given) == 1 and _equal(given[0], token)
        ]
        if not found:
            raise Refusal(401, "The token is wrong.")
        return found[0]

    def proofs(self, nonce):
        """Return what only who knows the tokens can say, here and to this question.

        A page that was left alone asks before it shows its token and answers again:
        another program may listen at the port by now. The port is part of it, so that
        such a program can't ask us.

        Parameters
        ----------
        nonce : object
            What was sent.

        Returns
        -------
        proofs : list of str
            HMAC-SHA256 with each token.
        """
        if not isinstance(nonce, str) or not 16 <= len(nonce) <= 128:
            raise Refusal(400, "A nonce is a text of 16 to 128 characters.")
        said = f"{self._port} {nonce}".encode(errors="replace")
        return [
            hmac.new(token.encode(), said, "sha256").hexdigest()
            for token in self._tokens.values()
        ]

    def issue_ticket(self, annotator=None):
        """Return what can be exchanged for a token, once and soon.

        The command line of a browser can be read by everybody on the machine; the
        token must not stand there.

        Parameters
        ----------
        annotator : str, default=None
            Whose token.

        Returns
        -------
        ticket : str
        """
        self._ticket_of = annotator
        self._ticket = token_urlsafe(_TOKEN_BYTES)
        self._ticket_ends = monotonic() + SECONDS_TO_ENTER
        return self._ticket

    def enter(self, ticket):
        """Return the token for a ticket, or raise.

        Parameters
        ----------
        ticket : object
            What was sent.

        Returns
        -------
        token : str
        """
        known, self._ticket = self._ticket, None  # whoever guesses, guesses once
        if known is None or not isinstance(ticket, str) or not _equal(ticket, known):
            raise Refusal(401, "This address was used already.")
        if monotonic() > self._ticket_ends:
            raise Refusal(401, "This address has expired.")
        return self.token_of(self._ticket_of)


def parse_body(headers, body):
    """Return the JSON object in a request, or raise.

    Parameters
    ----------
    headers : Message
        Of the request.
    body : bytes
        What followed them.

    Returns
    -------
    request : dict
    """
    kind = headers.get("Content-Type", "").replace(" ", "").lower()
    if kind not in ("application/json", "application/json;charset=utf-8"):
        raise Refusal(415, "The Content-Type must be application/json.")
    try:
        request = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "The body is not JSON.") from error
    if not isinstance(request, dict):
        raise Refusal(400, "The body is not a JSON object.")
    return request


def _refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def _equal(given, known):
    # In a time that doesn't depend on how many characters are right: else a secret can
    # be found out one character after the other. As bytes, since text that is not
    # ASCII raises there, and lone surrogates can't be encoded.
    return hmac.compare_digest(given.encode(errors="replace"), known.encode())
