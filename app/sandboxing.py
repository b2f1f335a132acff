"""The command `sandbox`: look-alikes of X, Meta's Graph and Slack on this machine, to try settings and for tests."""

import threading
from pathlib import Path

from app import terminal
from domain.clock import utc_now
from sandbox.graph import Graph
from sandbox.world import World


def serve(*, port: int, scenario: Path | None, speed: float) -> int:
    """Serve until Ctrl-C; prints what to write into the settings."""
    with World(clock=utc_now, scenario=scenario, speed=speed, port=port) as world:
        signed, out = world.x.credentials, terminal.out
        out.print(f"The world is at [bold]{world.page_url}[/]. Ctrl-C stops it.\n\nSettings that talk to it:\n")
        lines = [
            f'brand = "{world.x.brand.name}"',
            "[x]",
            f'api_base = "{world.x.base_url}"',
            f'handle = "{world.x.brand.username}"',
            f'consumer_key = "{signed.consumer_key}"',
            f'consumer_secret = "{signed.consumer_secret}"',
            f'access_token = "{signed.access_token}"',
            f'access_token_secret = "{signed.access_token_secret}"',
            *_meta(world.graph),
            "[slack]",
            f'api_base = "{world.slack.base_url}"',
            f'bot_token = "{world.slack.token}"',
            f'app_token = "{world.slack.app_token}"',
            f'room = "{world.slack.alerts.id}"',
            f'cases_room = "{world.slack.cases.id}"',
        ]
        for line in lines:
            out.print(f"    {line}", markup=False)
        world.play()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            out.print("Bye.")
    return 0


def _meta(graph: Graph) -> list[str]:
    page = [
        f'api_base = "{graph.base_url}"',
        f'page_id = "{graph.page.id}"',
        f'access_token = "{graph.credentials.page_token}"',
        f'app_id = "{graph.credentials.app_id}"',
        f'app_secret = "{graph.credentials.app_secret}"',
    ]
    account = [f'user_id = "{graph.instagram.id}"', f'handle = "{graph.instagram.username}"']
    return ["[facebook]", *page, "[instagram]", *page, *account]
