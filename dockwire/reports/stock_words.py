"""The states of an offer as people see them."""

from dockwire.model.stock_book import OfferState

IN_FEED = "in a feed"
STATES = {
    OfferState.KNOWN.value: "nothing is on its way; what Amazon has was read there last",
    OfferState.SENT.value: "sent, and Amazon has not answered; a later run looks whether it arrived",
    OfferState.ACCEPTED.value: "Amazon took it and may need 15 minutes to apply it; a later run looks",
    OfferState.REFUSED.value: "Amazon does not take it; tried again after a day, or after 'dockwire stock retry'",
    IN_FEED: "it travels with many others; a later run reads what became of it",
}
"""The states of an offer as people see them, each in words."""
