"""The surface of the team: alerts in its chat room, mail when that fails."""
