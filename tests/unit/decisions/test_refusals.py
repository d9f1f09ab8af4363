"""Amazon's refusals on record are told apart, explained, and quoted."""

import pytest

from dockwire.decisions.refusals import explain_feed_refusal, explain_refusal
from dockwire.errors import Fixer


@pytest.mark.parametrize(
    ("words", "code", "fixer"),
    [
        (
            "Failed to create package due to not finding a matching package or order already fulfilled. "
            "ErrorMessage(errorCode=GeneralError, errorMetric=PackageToUpdateNotFound)",
            "already_fulfilled",
            Fixer.MERCHANT,
        ),
        (
            "ErrorCode: NonexistentOrderItem Description: Failed to find order item list by order ID",
            "cancelled_at_amazon",
            Fixer.MERCHANT,
        ),
        (
            "OrderItemId is invalid, please obtain the value through the getOrderItems API or Manage Orders page",
            "wrong_item_id",
            Fixer.ENGINEER,
        ),
        (
            "PackageReferenceId: is invalid, must be a positive numeric value.",
            "wrong_reference",
            Fixer.ENGINEER,
        ),
        ("The quantity exceeds what is open", "more_than_open", Fixer.CLERK),
        ("carrierCode is not on the list", "wrong_carrier", Fixer.ENGINEER),
        ("trackingNumber does not match the format", "wrong_tracking", Fixer.CLERK),
        ("InvalidPackageVersion", "too_many_edits", Fixer.MERCHANT),
        ("InvalidPackageVersion (packageReferenceId 21)", "too_many_edits", Fixer.MERCHANT),
        ("A FBM_SHIP_PLUS order: tracking is confirmed by the carrier", "ship_plus", Fixer.NOBODY),
        ("Something nobody has met yet", "refused_by_amazon", Fixer.ENGINEER),
        ("", "refused_by_amazon", Fixer.ENGINEER),
    ],
)
def test_each_refusal_has_a_code_a_fixer_and_amazons_words(words: str, code: str, fixer: Fixer) -> None:
    problem = explain_refusal(words)
    assert (problem.code, problem.fixer) == (code, fixer)
    assert words.strip() in problem.sentence


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("18021", "The quantities you provided were larger than the quantities that could be fulfilled."),
        ("18028", "The data you submitted is incomplete or invalid. order already fulfilled"),
    ],
)
def test_a_report_that_may_mean_success_explains_nothing(code: str, words: str) -> None:
    assert explain_feed_refusal(code, words) is None


def test_a_reports_clear_refusal_is_explained_like_any_other() -> None:
    problem = explain_feed_refusal("18028", "The data is invalid. OrderItemId is invalid, please obtain")
    assert problem is not None
    assert (problem.code, problem.fixer) == ("wrong_item_id", Fixer.ENGINEER)
