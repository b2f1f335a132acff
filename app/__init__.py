"""Construction: settings, wiring, schedule, command line. The only room that builds things."""
