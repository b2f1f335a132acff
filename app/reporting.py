"""What the settings say of the weekly report, as the desk understands it. Makes no report."""

from zoneinfo import ZoneInfo

from app.settings import Settings
from desk.report.figures import Brand
from desk.report.publish import Plan
from domain.hours import DAY_NAMES


def plan(settings: Settings) -> Plan:
    """Say when the report is made, from what, and who gets it."""
    zone, table, conduct = ZoneInfo(settings.timezone), settings.report, settings.conduct()
    shelf = (settings.database.parent / table.folder).absolute()
    return Plan(
        brand=Brand(name=settings.brand, zone=zone, hours=settings.hours.hours(zone), promised=conduct.sla),
        shelf=shelf,
        weekday=[name.lower() for name in DAY_NAMES].index(table.day),
        at=table.at,
        room=table.room or conduct.rooms.cases or conduct.rooms.alerts,
        pictures=settings.slack is not None,
        recipients=table.recipients if settings.mail else (),
        scheduled=table.enabled,
    )
