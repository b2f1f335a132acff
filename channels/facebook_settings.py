"""What the operator says about the Facebook Page. Inert: building it opens nothing and asks nobody."""

from datetime import timedelta

from channels.graph_settings import Account, Wait


class Settings(Account):
    """One Page, and the Page access token that speaks for it."""

    hear_reviews: bool = True
    posts_every: Wait = timedelta(minutes=3)
    reviews_every: Wait = timedelta(minutes=15)
