from .evaluations import (
    add_finding,
    assign_reviewer,
    open_evaluation,
    remove_finding,
    return_scores,
    withdraw_reviewer,
)
from .indicator_files import read_indicators
from .measuring import measure_again, measurements
from .presentation import presented
from .publication import (
    answer_objection,
    object_to,
    publish,
    return_to_review,
    review_problems,
    start_publicity,
    supersede,
    working_day_after,
)
from .results import recompute, verify_results
from .schemes import (
    change_indicator,
    change_scheme,
    create_indicator,
    create_scheme,
    import_scheme,
    publish_scheme,
    remove_indicator,
    save_indicator_form,
    save_scheme_form,
    scheme_problems,
)
from .scores import Given, save_scores, submit_scores
from .self_assessment import Assessed, save_self_assessment, start_self_assessment, submit_self_assessment

__all__ = [
    "Assessed",
    "Given",
    "add_finding",
    "answer_objection",
    "assign_reviewer",
    "change_indicator",
    "change_scheme",
    "create_indicator",
    "create_scheme",
    "import_scheme",
    "measure_again",
    "measurements",
    "object_to",
    "open_evaluation",
    "presented",
    "publish",
    "publish_scheme",
    "read_indicators",
    "recompute",
    "remove_finding",
    "remove_indicator",
    "return_scores",
    "return_to_review",
    "review_problems",
    "save_indicator_form",
    "save_scheme_form",
    "save_scores",
    "save_self_assessment",
    "scheme_problems",
    "start_publicity",
    "start_self_assessment",
    "submit_scores",
    "submit_self_assessment",
    "supersede",
    "verify_results",
    "withdraw_reviewer",
    "working_day_after",
]
