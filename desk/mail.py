"""Mail: tells the team when its room cannot be reached. Reads no mail; nothing here goes to a customer."""

import smtplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr
from hashlib import sha256

from desk import letters, phrases
from desk.report import letter_parts, parts
from desk.settings import MailSettings
from domain.cards import Card
from domain.errors import Refused, Scope, SottovoceError, Unavailable, Uncertain
from domain.sending import Order, Probe, ReadBack, Receipt

NAME = "mail"
TIMEOUT = timedelta(seconds=10)  # of each step; there are six to eight, and the sender's lease outlives most of them

_SIGN_IN = "Set `mail.user` and SOTTOVOCE_MAIL_PASSWORD as the mail server wants them."
_ADDRESSES = "Look at `mail.sender` and `mail.to`."
_TLS = 'Set `mail.tls` to what the server offers: "starttls", "tls", or "none" within your own network.'

_Steps = Callable[[smtplib.SMTP], None]


class Mail:
    """Sends letters by one server. Keeps no connection open."""

    name = NAME

    def __init__(
        self, settings: MailSettings, *, timeout: timedelta = TIMEOUT, tls: ssl.SSLContext | None = None
    ) -> None:
        """Build without connecting. `tls` None: what the system trusts."""
        self._settings, self._timeout, self._tls = settings, timeout.total_seconds(), tls

    def tell(self, order: Order, *, now: datetime) -> Receipt:
        """Hand one letter to the server; see `TellsTeam`. One key, one Message-ID: copies can be told."""
        letter = write(order, sender=self._settings.sender, now=now)
        with self._signed_in() as server:
            self._envelope(server, order.target)
            self._hand_over(server, letter)
        return Receipt(native_id=str(letter["Message-ID"]))

    def find_told(self, order: Order, *, since: datetime, now: datetime) -> ReadBack:
        """Refuse: nobody can look into the team's letter box, so words to the team go again, by the same Message-ID."""
        del order, since, now
        raise Refused(NAME, "a sent letter cannot be looked for", rule="mail.no-read-back")

    def probe(self, *, now: datetime) -> Sequence[Probe]:
        """Sign in and ask whether the server takes sender and receiver; sends nothing. See `Probes`."""
        del now
        what = f"mail server {self._settings.host}:{self._settings.port}"
        try:
            with self._signed_in() as server:
                self._envelope(server, self._settings.to)
                server.rset()
        except (SottovoceError, smtplib.SMTPException, OSError) as exc:
            detail = str(exc) if isinstance(exc, SottovoceError) else type(exc).__name__
            remedy = exc.remedy if isinstance(exc, Refused) else "Is the server up, and are `mail.host` and port right?"
            return [Probe(what=what, ok=False, detail=detail, remedy=remedy)]
        return [Probe(what=what, ok=True, detail="signed in; it takes our letters")]

    @contextmanager
    def _signed_in(self) -> Iterator[smtplib.SMTP]:
        """Connect and sign in. Whatever fails up to here, no letter was handed over."""
        try:
            server = self._connect()
        except ssl.SSLError as exc:
            raise Unavailable(NAME, f"no safe connection ({exc.reason or type(exc).__name__})") from None
        except (smtplib.SMTPException, OSError) as exc:
            raise Unavailable(NAME, f"cannot connect ({type(exc).__name__})") from None
        try:
            self._step(self._sign_in, server)
            yield server
        except SottovoceError:
            server.close()
            raise
        _leave(server)

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        if settings.tls == "tls":
            return smtplib.SMTP_SSL(settings.host, settings.port, timeout=self._timeout, context=self._trust())
        return smtplib.SMTP(settings.host, settings.port, timeout=self._timeout)

    def _sign_in(self, server: smtplib.SMTP) -> None:
        settings = self._settings
        if settings.tls == "starttls":
            server.starttls(context=self._trust())
        server.ehlo_or_helo_if_needed()
        if settings.user:
            server.login(settings.user, settings.password.get_secret_value() if settings.password else "")

    def _trust(self) -> ssl.SSLContext:
        return self._tls or ssl.create_default_context()

    def _envelope(self, server: smtplib.SMTP, to: str) -> None:
        def name_both(server: smtplib.SMTP) -> None:
            _must_take(server.mail(parseaddr(self._settings.sender)[1]))
            for _, address in getaddresses([to]):
                _must_take(server.rcpt(address))

        self._step(name_both, server)

    def _step(self, step: _Steps, server: smtplib.SMTP) -> None:
        """Take one step before the letter: whatever fails, nothing was handed over."""
        try:
            step(server)
        except smtplib.SMTPAuthenticationError as exc:
            raise _answered(exc, "mail.signed-out", Scope.ACCOUNT, _SIGN_IN) from None
        except smtplib.SMTPNotSupportedError:
            why = "the server offers neither what `mail.tls` nor what the sign-in needs"
            raise Refused(NAME, why, rule="mail.not-offered", scope=Scope.ACCOUNT, remedy=_TLS) from None
        except smtplib.SMTPResponseException as exc:
            raise _answered(exc, "mail.refused", Scope.SENDING, _ADDRESSES) from None
        except (smtplib.SMTPException, OSError) as exc:
            raise Unavailable(NAME, f"the connection broke before the letter ({type(exc).__name__})") from None

    def _hand_over(self, server: smtplib.SMTP, letter: EmailMessage) -> None:
        if server.sock:
            server.sock.settimeout(3 * self._timeout)  # it may read the letter for spam before it answers
        try:
            code, words = server.data(letter.as_bytes(policy=letter.policy.clone(linesep="\r\n")))
        except smtplib.SMTPDataError as exc:  # it did not want to begin
            raise _answered(exc, "mail.letter-refused", Scope.ITEM, _ADDRESSES) from None
        except (smtplib.SMTPException, OSError) as exc:
            raise Uncertain(NAME, f"the connection broke with the letter ({type(exc).__name__})") from None
        if code not in _TAKEN:
            answer = smtplib.SMTPResponseException(code, words)
            raise _answered(answer, "mail.letter-refused", Scope.ITEM, _ADDRESSES) from None


_TAKEN = range(200, 300)  # source: RFC 5321, 4.2.1: 2yz taken, 4yz later, 5yz never
_LATER = range(400, 500)


def write(order: Order, *, sender: str, now: datetime) -> EmailMessage:
    """Write the letter: a card, a report, or the text it is. Raises Refused where a report's files are gone."""
    letter = EmailMessage()
    if parts.is_part(order.body):
        letter_parts.compose(letter, order, domain=_domain(sender))
    else:
        _words(letter, order)
    letter["From"], letter["To"] = sender, order.target
    letter["Date"] = now
    letter["Message-ID"] = _message_id(order.key, sender)
    letter["Auto-Submitted"] = "auto-generated"  # source: RFC 3834: nobody's absence note answers it
    return letter


def _words(letter: EmailMessage, order: Order) -> None:
    try:
        card = Card.from_json(order.body)
    except (ValueError, LookupError, TypeError, AttributeError):
        first, _, _ = order.body.strip().partition("\n")
        letter["Subject"] = phrases.one_line(first, 180) or "Sottovoce"
        letter.set_content(phrases.clean(order.body, 100_000) + "\n")
    else:
        letter["Subject"] = letters.subject(card)
        letter.set_content(letters.text(card))
        letter.add_alternative(letters.page(card), subtype="html")


def _must_take(answer: tuple[int, bytes]) -> None:
    code, words = answer
    if code not in _TAKEN:
        raise smtplib.SMTPResponseException(code, words)


def _message_id(key: str, sender: str) -> str:
    return f"<{sha256(key.encode()).hexdigest()[:32]}@{_domain(sender)}>"


def _domain(sender: str) -> str:
    return parseaddr(sender)[1].partition("@")[2] or "sottovoce.invalid"


def _answered(exc: smtplib.SMTPResponseException, rule: str, scope: Scope, remedy: str) -> SottovoceError:
    """Say what the server's number means. Its words are left out: they may repeat ours."""
    if exc.smtp_code in _LATER:
        return Unavailable(NAME, f"the server says {exc.smtp_code}: later")
    return Refused(NAME, f"the server says {exc.smtp_code}", rule=rule, scope=scope, remedy=remedy)


def _leave(server: smtplib.SMTP) -> None:
    """Say good-bye. What went wrong or right before stays so whatever comes of this."""
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()
