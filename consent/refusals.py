"""Why something that was said elsewhere is not recorded."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """Why an entry was not admitted."""

    UNKNOWN_BRAND = "unknown_brand"
    UNKNOWN_SUBJECT = "unknown_subject"
    #: What was said does not go with what it is about: a purpose cannot be restarted.
    UNFIT_ACTION = "unfit_action"
    TIME_MISSING = "time_missing"
    SAID_AFTER_RECORDED = "said_after_recorded"
    PAUSE_WITHOUT_END = "pause_without_end"
    #: Missing, or not in plain words.
    ACTOR_MISSING = "actor_missing"
    NOTICE_MISSING = "notice_missing"
    NOTICE_UNKNOWN = "notice_unknown"
    #: The notice is another brand's, or about something else.
    NOTICE_OF_ANOTHER = "notice_of_another"
    LANGUAGE_MISSING = "language_missing"
    #: The notice was shown in another language than it is written in.
    LANGUAGE_NOT_THE_NOTICES = "language_not_the_notices"
    #: Neither how it was expressed, in plain words, nor a document that shows it.
    EXPRESSION_MISSING = "expression_missing"
    NOT_LATER_THAN_NO = "not_later_than_no"
    #: The number belonged to somebody else then.
    SAID_BEFORE_RELEASE = "said_before_release"
    FORGOTTEN = "forgotten"
    #: A join needs two numbers, and two customers who are known by them.
    JOINED_WITH_ITSELF = "joined_with_itself"
    NOBODY_KNOWN = "nobody_known"
    #: What else a customer is to be found by (see `Naming`).
    CRM_ID_UNREADABLE = "crm_id_unreadable"
    EMAIL_UNREADABLE = "email_unreadable"
    CRM_ID_OF_ANOTHER = "crm_id_of_another"
    EMAIL_OF_ANOTHER = "email_of_another"
    NAME_MISSING = "name_missing"
    NUMBER_UNKNOWN = "number_unknown"
