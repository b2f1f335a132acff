"""The socket: hears presses over Socket Mode, so that nothing of ours need be reachable from outside. Acts on none."""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from pydantic import SecretStr
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from sqlalchemy import Engine

from desk.buttons import Buttons, Press, presses
from desk.faces import Faces
from desk.settings import SlackSettings
from desk.slack import TIMEOUT, Slack, web_client
from desk.slack_errors import FAILURES
from domain.clock import Clock
from domain.conduct import Conduct

TRY_AGAIN = timedelta(seconds=5)
PING = timedelta(seconds=5)  # four without an answer, and the library connects anew

log = logging.getLogger(__name__)


class Socket:
    """Hears presses and hands them on, in threads of its own from `start` to `stop`."""

    def __init__(self, app_token: SecretStr, press: Callable[[Press], None], *, api_base: str) -> None:
        """Build without connecting; starts no thread."""
        self._app_token, self._press, self._api_base = app_token, press, api_base
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._client: SocketModeClient | None = None

    @property
    def connected(self) -> bool:
        """Say whether presses are heard now."""
        client = self._client
        return bool(client and client.is_connected())

    def start(self) -> None:
        """Connect as soon as Slack lets us, and stay connected. Returns at once."""
        self._thread = threading.Thread(target=self._connect, name="slack socket", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Hear no more presses; what was pressed before comes to its end."""
        self._stopping.set()
        if self._thread:
            self._thread.join(timeout=TIMEOUT.total_seconds())
        if self._client:
            self._client.close()

    def _connect(self) -> None:
        token = self._app_token.get_secret_value()
        client = SocketModeClient(
            app_token=token,
            web_client=web_client(token, base_url=self._api_base, timeout=TIMEOUT),
            logger=_quiet(),
            ping_interval=PING.total_seconds(),
        )
        client.socket_mode_request_listeners.append(self._heard)
        self._client = client
        while not self._stopping.is_set():
            try:
                client.connect_to_new_endpoint()
            except FAILURES as exc:
                log.warning("no socket yet", extra={"why": type(exc).__name__})
            else:
                return  # from here on the library itself connects anew
            self._stopping.wait(TRY_AGAIN.total_seconds())

    def _heard(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        """Answer first: Slack waits for three seconds, the database may take longer."""
        try:
            client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))
        except FAILURES as exc:  # the person did press, so act; pressing again is harmless
            log.warning("not acknowledged", extra={"why": type(exc).__name__})
        if request.type != "interactive" or self._stopping.is_set():
            return
        for press in presses(request.payload):
            self._press(press)


def connect(
    settings: SlackSettings, engine: Engine, slack: Slack, faces: Faces, *, conduct: Conduct, clock: Clock
) -> Socket | None:
    """Wire a socket to the buttons; None without an app token: then the buttons do nothing."""
    if settings.app_token is None:
        return None
    buttons = Buttons(engine, slack, faces, conduct=conduct, clock=clock)
    return Socket(settings.app_token, buttons.press, api_base=settings.api_base)


def _quiet() -> logging.Logger:
    """Make the library log no message: they hold customers' words."""
    logger = logging.getLogger(f"{__name__}.client")
    logger.setLevel(logging.ERROR)
    return logger
