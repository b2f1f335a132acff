"""The house, built: settings become engine, channels, carriers, judge and stages. The only place that knows all rooms."""
