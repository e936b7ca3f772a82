"""Every page there is: who opens it, where it is full, empty and in error. It drives all gates of the pages.

A page of the application that is not here fails `test_registry.py`. To add one: add a row, with an address in the busy
unit, one in the new unit (or why there is no such state), and how its form is sent so that it is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.ui.world import World

Address = Callable[[World], str]
Refused = Callable[[Page], None]


def at(path: str) -> Address:
    """The address of a page, with names of the world in braces: "/duties/{duty}"."""
    return lambda world: path.format(**world.ids)


def press(button: str) -> Refused:
    """Send a form by its button as it stands, which the page refuses."""
    return lambda page: page.get_by_role("button", name=button, exact=True).click()


def press_inside(details: str, button: str) -> Refused:
    """Open a part of the page that is folded away, and send the form in it."""

    def act(page: Page) -> None:
        page.get_by_text(details, exact=True).click()
        page.get_by_role("button", name=button, exact=True).click()

    return act


def press_after_entering(field: str, value: str, button: str) -> Refused:
    """Enter something that is refused, and send the form."""

    def act(page: Page) -> None:
        page.get_by_label(field, exact=True).fill(value)
        page.get_by_role("button", name=button, exact=True).click()

    return act


def press_after_emptying(field: str, button: str) -> Refused:
    """Empty a field that the page filled in, and send the form."""

    def act(page: Page) -> None:
        page.get_by_label(field, exact=True).fill("")
        page.get_by_role("button", name=button, exact=True).click()

    return act


def press_after_unticking(legend: str, button: str) -> Refused:
    """Take every tick out, and send the form."""

    def act(page: Page) -> None:
        for box in page.get_by_role("group", name=legend).get_by_role("checkbox").all():
            box.uncheck()
        page.get_by_role("button", name=button, exact=True).click()

    return act


def send_later_without_a_time(page: Page) -> None:
    """Say that a message is to go later, and not when."""
    page.get_by_label("At a day and time", exact=True).check()
    page.get_by_role("button", name="Send the text message", exact=True).click()


def press_after_emptying_language(page: Page) -> None:
    """Say that they speak another language, and leave out which."""
    page.get_by_label("Another language", exact=True).check()
    page.get_by_role("button", name="Save", exact=True).click()


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One page. `posts` are the endpoints its forms go to; `no_empty` says why there is no empty state.

    `refused` brings the page, once opened full, to its error state; `error` is an address that is one by itself.
    """

    endpoint: str
    who: str = "olivia"
    full: Address
    empty: Address | None = None
    no_empty: str = ""
    refused: Refused | None = None
    posts: tuple[str, ...] = ()
    by_post: bool = False  # reached by a button on `full`, not by an address
    top_journey: bool = False

    def __str__(self) -> str:
        return self.endpoint


SCREENS = (
    Screen(
        endpoint="accounts.sign_in",
        who="",
        full=at("/sign-in"),
        no_empty="the form is the page",
        refused=press("Sign in"),
        posts=("accounts.sign_in_with_password", "accounts.sign_out"),
        top_journey=True,
    ),
    Screen(endpoint="accounts.account", full=at("/account"), no_empty="everybody signed in has an account"),
    Screen(endpoint="contacts.my_day", full=at("/my-day"), empty=at("/my-day?show=overdue"), top_journey=True),
    Screen(
        endpoint="people.person",
        full=at("/participants/{person}"),
        empty=at("/participants/{person}"),
        top_journey=True,
    ),
    Screen(
        endpoint="people.standing_page",
        full=at("/participants/{person}/standing"),
        empty=at("/participants/{person}/standing"),
        refused=press("Save"),
        posts=("people.save_standing",),
    ),
    Screen(
        endpoint="people.preferences_page",
        full=at("/participants/{witness}/preferences"),
        empty=at("/participants/{person}/preferences"),
        posts=(
            *("people.confirm_preferences", "people.mark_way_unsafe", "people.withdraw_way"),
            "people.show_addresses",
        ),
    ),
    Screen(
        endpoint="people.edit_preferences",
        full=at("/participants/{person}/preferences/edit"),
        no_empty="the form is the page",
        refused=press_after_emptying_language,
        posts=("people.save_preferences",),
    ),
    Screen(
        endpoint="people.new_way",
        full=at("/participants/{person}/ways/new"),
        no_empty="the form is the page",
        refused=press("Save"),
        posts=("people.add_way",),
    ),
    Screen(
        endpoint="people.edit_way",
        full=at("/participants/{witness}/ways/{point}"),
        no_empty="the form is the page",
        posts=("people.save_way",),
    ),
    Screen(
        endpoint="people.safety_changes_list",
        who="sam",
        full=at("/safety-changes"),
        empty=at("/safety-changes"),
    ),
    Screen(
        endpoint="people.safety_change",
        who="sam",
        full=at("/safety-changes/{change}"),
        no_empty="there is no page without a change",
        refused=press("Save"),
        posts=("people.decide_safety_change",),
    ),
    Screen(endpoint="contacts.unit_overrides", who="sam", full=at("/unit/overrides"), empty=at("/unit/overrides")),
    Screen(
        endpoint="contacts.override",
        who="sam",
        full=at("/unit/overrides/{override}"),
        no_empty="there is no page without a contact",
        refused=press("I have looked at it"),
        posts=("contacts.look_at_override",),
    ),
    Screen(
        endpoint="engagement.concern",
        full=at("/participants/{person}/concern"),
        empty=at("/participants/{person}/concern"),
        posts=("engagement.accept", "engagement.as_counted", "engagement.done"),
    ),
    Screen(
        endpoint="engagement.say",
        full=at("/participants/{person}/concern/say"),
        no_empty="there is always something that may be said of somebody on a case",
        refused=press("Save"),
        posts=("engagement.save_said",),
    ),
    Screen(
        endpoint="engagement.disagree",
        full=at("/participants/{person}/concern/disagree"),
        empty=at("/participants/{person}/concern/disagree"),
        refused=press("Save"),
        posts=("engagement.save_disagreement",),
    ),
    Screen(
        endpoint="engagement.unit_concerns",
        who="sam",
        full=at("/unit/concerns"),
        empty=at("/unit/concerns"),
    ),
    Screen(
        endpoint="needs.assessment",
        full=at("/participants/{asked}/needs"),
        empty=at("/participants/{person}/needs"),
        posts=("needs.confirm_unchanged", "needs.ask_again", "needs.say_arranged"),
    ),
    Screen(
        endpoint="availability.availability_page",
        full=at("/participants/{asked}/availability"),
        empty=at("/participants/{person}/availability"),
        refused=press_after_entering("Anything to add", "W" * 501, "Add these dates"),
        posts=(
            *("availability.add", "availability.take_away"),
            *("availability.confirm_unchanged", "availability.without_dates"),
        ),
    ),
    Screen(
        endpoint="cases.what_if_page",
        full=at("/hearings/{moved_hearing}/what-if?day-day=22&day-month=3&day-year=2027&court=Eastmere+Crown+Court"),
        empty=at("/hearings/{hearing}/what-if"),
        refused=press_after_entering("Court", "", "See what would follow"),
    ),
    Screen(
        endpoint="availability.report",
        full=at("/hearings/{moved_hearing}/availability"),
        empty=at("/hearings/{hearing}/availability"),
    ),
    Screen(
        endpoint="needs.section",
        full=at("/participants/{asked}/needs/practical"),
        empty=at("/participants/{person}/needs/practical"),
        refused=press_after_entering("What to record", "W" * 2001, "Save and go on"),
        posts=("needs.save_section",),
    ),
    Screen(
        endpoint="closing.talk",
        full=at("/participants/{withdrew}/feedback"),
        empty=at("/participants/{person}/feedback"),
        posts=("closing.end",),
    ),
    Screen(
        endpoint="closing.section",
        full=at("/participants/{withdrew}/feedback/safeguarding"),
        empty=at("/participants/{person}/feedback/reasons"),
        refused=press_after_entering("What to record", "W" * 2001, "Save and go on"),
        posts=("closing.save_section",),
    ),
    Screen(
        endpoint="closing.unit_feedback",
        who="sam",
        full=at("/unit/feedback"),
        empty=at("/unit/feedback"),
    ),
    Screen(
        endpoint="closing.unit_answers",
        who="sam",
        full=at("/unit/feedback/worry/yes"),
        empty=at("/unit/feedback/complaint/yes"),
    ),
    Screen(
        endpoint="links.link_page",
        full=at("/participants/{withdrew}/link"),
        empty=at("/participants/{person}/link"),
        posts=("links.make", "links.withdraw"),
    ),
    Screen(
        endpoint="links.replies",
        full=at("/replies"),
        empty=at("/replies"),
    ),
    Screen(
        endpoint="links.reply",
        full=at("/replies/{reply}"),
        no_empty="a reply says something",
        posts=("links.deal_with",),
    ),
    Screen(
        endpoint="links.confirm",
        who="",
        full=at("/r/{one_time_link}"),
        no_empty="the form is the page",
        refused=press("Continue"),
        posts=("links.let_in", "links.answer"),
    ),
    Screen(
        endpoint="needs.unit_needs",
        who="sam",
        full=at("/unit/needs"),
        empty=at("/unit/needs"),
    ),
    Screen(
        endpoint="people.safe_word",
        full=at("/participants/{person}"),
        no_empty="the button is there only when there is a safe word",
        refused=press("Show the safe word"),
        posts=("people.safe_word",),
    ),
    Screen(
        endpoint="people.history",
        full=at("/participants/{person}/contacts"),
        empty=at("/participants/{person}/contacts"),
    ),
    Screen(
        endpoint="contacts.new_contact",
        full=at("/participants/{person}/contacts/new?duty={duty}"),
        empty=at("/participants/{person}/contacts/new"),
        refused=press("Save and go to next"),
        posts=("contacts.save_contact",),
        top_journey=True,
    ),
    Screen(
        endpoint="contacts.correct_contact",
        full=at("/contacts/{contact}/correct"),
        no_empty="there is a contact to correct",
        refused=press("Mark as wrong"),
        posts=("contacts.save_correction",),
    ),
    Screen(
        endpoint="contacts.duty",
        full=at("/duties/{duty}"),
        empty=at("/duties/{duty}"),
        refused=press_inside("They do not need to be told", "End without telling"),
        posts=("contacts.end_duty",),
        top_journey=True,
    ),
    Screen(
        endpoint="supervision.unit_today",
        who="sam",
        full=at("/unit"),
        empty=at("/unit"),
        top_journey=True,
    ),
    Screen(
        endpoint="supervision.overdue",
        who="sam",
        full=at("/unit/overdue"),
        empty=at("/unit/overdue"),
        posts=("supervision.hand_over.select",),
        top_journey=True,
    ),
    Screen(
        endpoint="supervision.contacts",
        who="sam",
        full=at("/unit/contacts?officer=nobody&sort=hearing"),
        empty=at("/unit/contacts?due=today"),
    ),
    Screen(
        endpoint="supervision.hand_over.confirm",
        who="sam",
        full=at("/unit/reassign/{selection}"),
        no_empty="an empty selection leads back to its list",
        refused=press("Reassign 1 contact"),
        posts=("supervision.hand_over.hand_over",),
        top_journey=True,
    ),
    Screen(
        endpoint="supervision.hand_over.confirm",
        who="sam",
        full=at("/unit/reassign/{done}"),
        no_empty="an empty selection leads back to its list",
        posts=("supervision.hand_over.undo",),
    ),
    Screen(
        endpoint="supervision.unallocated",
        who="sam",
        full=at("/unit/unallocated"),
        empty=at("/unit/unallocated"),
    ),
    Screen(
        endpoint="supervision.court_information",
        who="sam",
        full=at("/unit/court-information"),
        empty=at("/unit/court-information"),
    ),
    Screen(
        endpoint="agencies.new_query",
        full=at("/cases/{urn}/queries/new"),
        empty=at("/cases/{urn}/queries/new"),
        refused=press("Log the question"),
        posts=("agencies.ask_for_gap",),
    ),
    Screen(
        endpoint="agencies.query",
        full=at("/queries/{query}"),
        no_empty="there is a question",
        refused=press("Save the answer"),
        posts=("agencies.answer", "agencies.chase", "agencies.hand_over", "agencies.close"),
    ),
    Screen(endpoint="agencies.my_queries", full=at("/queries"), empty=at("/queries")),
    Screen(endpoint="agencies.unit_queries", who="sam", full=at("/unit/queries"), empty=at("/unit/queries")),
    Screen(
        endpoint="contacts.still_coming",
        full=at("/still-coming"),
        empty=at("/still-coming?show=mine"),
    ),
    Screen(
        endpoint="supervision.introductions",
        who="sam",
        full=at("/unit/introductions"),
        empty=at("/unit/introductions"),
    ),
    Screen(
        endpoint="agencies.answer_figures",
        who="sam",
        full=at("/unit/queries/figures"),
        empty=at("/unit/queries/figures"),
    ),
    Screen(
        endpoint="people.enhanced_rights_page",
        full=at("/participants/{repeat_victim}/enhanced-rights"),
        empty=at("/participants/{person}/enhanced-rights"),
        refused=press("Save"),
        posts=("people.decide_enhanced_rights",),
    ),
    Screen(endpoint="rules.rules", full=at("/rules"), empty=at("/rules?pack=none")),
    Screen(
        endpoint="rules.packs",
        who="ada",
        full=at("/admin/rules"),
        empty=at("/admin/rules"),
        refused=press_inside("Switch a pack on", "Switch it on"),
        posts=("rules.try_out", "rules.add_pack", "rules.switch_on", "rules.take_back"),
    ),
    Screen(endpoint="supervision.questions", who="sam", full=at("/unit/questions"), empty=at("/unit/questions")),
    Screen(
        endpoint="feed.replay.replay_page",
        who="sam",
        full=at("/feed/replay"),
        empty=at("/feed/replay"),
        refused=press_after_entering("Received since", "2099-01-01", "Show what would change"),
        posts=("feed.replay.replay",),
    ),
    Screen(
        endpoint="cases.undo.undo_page",
        full=at("/entries/{entry}/undo"),
        no_empty="there is an entry to undo",
        refused=press("Undo the entry"),
        posts=("cases.undo.undo_entry",),
    ),
    Screen(
        endpoint="cases.combine.correct_urn",
        full=at("/cases/{corrected_urn}/urn"),
        empty=at("/cases/{urn}/urn"),
        refused=press("Correct the URN"),
    ),
    Screen(
        endpoint="cases.combine.add_link",
        full=at("/cases/{moved_urn}/links/new"),
        no_empty="the form is the page",
        refused=press("Link the cases"),
    ),
    Screen(
        endpoint="cases.combine.end_link",
        full=at("/links/{link}/end"),
        no_empty="there is a link to end",
        refused=press("End the link"),
    ),
    Screen(
        endpoint="cases.combine.merge_page",
        who="sam",
        full=at("/cases/{corrected_urn}/merge?with={unallocated_urn}"),
        empty=at("/cases/{urn}/merge"),
        refused=press("Merge the cases"),
        posts=("cases.combine.merge",),
    ),
    Screen(
        endpoint="cases.combine.undo_merge",
        who="sam",
        full=at("/merges/{merge}/undo"),
        no_empty="there is a merge to take apart",
        refused=press("Take them apart"),
    ),
    Screen(
        endpoint="cases.split.split_page",
        who="sam",
        full=at("/cases/{to_split_urn}/split?defendants={to_split}&urn=77CD7654399"),
        empty=at("/cases/{urn}/split"),
        refused=press("Split the case"),
        posts=("cases.split.split",),
    ),
    Screen(
        endpoint="cases.split.undo_split",
        who="sam",
        full=at("/splits/{split}/undo"),
        no_empty="there is a split to take back",
        refused=press("Take the split back"),
    ),
    Screen(
        endpoint="cases.as_known.as_known_page",
        full=at("/cases/{moved_urn}/as-known"),
        empty=at("/cases/{urn}/as-known?on=2020-01-01"),
        refused=press_after_entering("Day", "2099-01-01", "Show"),
    ),
    Screen(
        endpoint="cases.case",
        full=at("/cases/{moved_urn}"),
        empty=at("/cases/{urn}"),
        posts=("cases.question_answered",),
        top_journey=True,
    ),
    Screen(
        endpoint="cases.hearing",
        full=at("/hearings/{moved_hearing}"),
        no_empty="a hearing has at least what was said of it",
        top_journey=True,
    ),
    Screen(endpoint="cases.hearings", full=at("/hearings"), empty=at("/hearings")),
    Screen(
        endpoint="cases.entry.add_case",
        full=at("/cases/new"),
        no_empty="the form is the page",
        refused=press("Add the case"),
    ),
    Screen(
        endpoint="cases.entry.add_defendant",
        full=at("/cases/{urn}/defendants/new"),
        no_empty="the form is the page",
        refused=press("Add"),
    ),
    Screen(
        endpoint="cases.entry.add_person",
        full=at("/cases/{urn}/participants/new"),
        no_empty="the form is the page",
        refused=press("Add this person"),
    ),
    Screen(
        endpoint="cases.entry.change_person",
        full=at("/participants/{person}/change"),
        no_empty="the form is the page",
        refused=press_after_emptying("Full name", "Save the change"),
    ),
    Screen(
        endpoint="cases.entry.requirement",
        full=at("/participants/{witness}/requirement"),
        no_empty="the form is the page",
        refused=press("Save what the CPS said"),
    ),
    Screen(
        endpoint="cases.entry.add_hearing",
        full=at("/cases/{urn}/hearings/new"),
        no_empty="the form is the page",
        refused=press("Add the hearing"),
    ),
    Screen(
        endpoint="cases.entry.change_hearing",
        full=at("/hearings/{moved_hearing}/change"),
        no_empty="the form is the page",
        refused=press("Save what you heard"),
    ),
    Screen(
        endpoint="cases.judgements.news",
        full=at("/defendants/{defendant}/news"),
        no_empty="the list of what may be heard is the page",
    ),
    Screen(
        endpoint="cases.judgements.add_news",
        full=at("/defendants/{defendant}/news/decision"),
        no_empty="the form is the page",
        refused=press("Save what you heard"),
    ),
    Screen(
        endpoint="cases.judgements.special_measures",
        full=at("/participants/{witness}/special-measures"),
        no_empty="the form is the page",
        refused=press("Save where it stands"),
    ),
    Screen(
        endpoint="people.people", full=at("/participants"), empty=at("/participants?role=witness"), top_journey=True
    ),
    Screen(
        endpoint="people.found",
        full=at("/searches/{search}"),
        empty=at("/searches/{search}"),
        posts=("people.begin_search",),
        top_journey=True,
    ),
    Screen(
        endpoint="cutover.imports",
        full=at("/imports"),
        empty=at("/imports"),
        refused=press("Show what would change"),
        posts=("cutover.take_on",),
    ),
    Screen(
        endpoint="cutover.one_import",
        full=at("/imports/{import}"),
        no_empty="a file is there, or the page is not",
        posts=("cutover.confirm",),
    ),
    Screen(
        endpoint="cutover.one_import",
        full=at("/imports/{imported}"),
        no_empty="a file is there, or the page is not",
        posts=("cutover.settle",),
    ),
    Screen(endpoint="cutover.progress", who="ada", full=at("/admin/cutover"), empty=at("/admin/cutover")),
    Screen(endpoint="feed.messages", who="sam", full=at("/feed/messages"), empty=at("/feed/messages")),
    Screen(
        endpoint="feed.message",
        who="ada",
        full=at("/feed/messages/{message}"),
        no_empty="there is a message to look at",
        posts=("feed.retry",),
    ),
    Screen(
        endpoint="feed.unmatched.part",
        who="sam",
        full=at("/feed/unmatched/{part}?urn={urn}"),
        no_empty="there is a part that waits; without a case like it, the page offers to look for one",
        refused=press("Match it to this case"),
        posts=("feed.unmatched.match", "feed.unmatched.set_aside", "feed.unmatched.take_up"),
    ),
    Screen(
        endpoint="feed.unmatched.taking_back.take_back_page",
        who="sam",
        full=at("/feed/unmatched/matches/{match}/take-back"),
        no_empty="there is a match to take back",
        refused=press("Take the match back"),
        posts=("feed.unmatched.taking_back.take_back",),
    ),
    Screen(endpoint="accounts.users", who="ada", full=at("/admin/users"), no_empty="the administrator is a user"),
    Screen(
        endpoint="accounts.new_user",
        who="ada",
        full=at("/admin/users/new"),
        no_empty="the form is the page",
        refused=press("Add the user"),
    ),
    Screen(
        endpoint="accounts.user",
        who="ada",
        full=at("/admin/users/{olivia}"),
        no_empty="there is a user to look at",
        refused=press("Set the password"),
        posts=("accounts.set_password", "accounts.switch_user"),
    ),
    Screen(
        endpoint="accounts.clients",
        who="ada",
        full=at("/admin/clients"),
        empty=at("/admin/clients"),
        posts=("accounts.new_key", "accounts.revoke_key", "accounts.disable_client"),
    ),
    Screen(
        endpoint="accounts.new_client",
        who="ada",
        full=at("/admin/clients/new"),
        no_empty="the form is the page",
        refused=press("Add it and show its key"),
    ),
    Screen(
        endpoint="referrals.scheme",
        full=at("/participants/{referred}/vcs"),
        empty=at("/participants/{person}/vcs"),
    ),
    Screen(
        endpoint="referrals.entry_page",
        full=at("/participants/{referred}/vcs/{referred_because_of}/sent"),
        no_empty="there is a referral to record something about",
        refused=press("Save"),
        posts=("referrals.save_entry",),
    ),
    Screen(
        endpoint="referrals.entry_page",
        who="sam",
        full=at("/participants/{referred}/vcs/{referred_because_of}/do-not-refer"),
        no_empty="there is a referral to record something about",
        refused=press("Save"),
        posts=("referrals.save_entry",),
    ),
    Screen(
        endpoint="referrals.unit_list",
        who="sam",
        full=at("/unit/victim-contact-scheme"),
        empty=at("/unit/victim-contact-scheme"),
    ),
    Screen(
        endpoint="support.support_page",
        full=at("/participants/{supported}/support"),
        empty=at("/participants/{person}/support"),
        posts=("support.confirm",),
    ),
    Screen(
        endpoint="support.entry_page",
        full=at("/participants/{supported}/support/entry"),
        no_empty="the form is the page",
        refused=press("Save"),
        posts=("support.save_entry",),
    ),
    Screen(
        endpoint="support.entry_page",
        full=at("/participants/{supported}/support/entry?kind=witness_service"),
        no_empty="the form is the page",
        refused=press("Save"),
        posts=("support.save_entry",),
    ),
    Screen(
        endpoint="support.visit_page",
        full=at("/participants/{supported}/court-visit"),
        no_empty="the form is the page",
        refused=press("Save"),
        posts=("support.save_visit",),
    ),
    Screen(
        endpoint="support.services_for",
        full=at("/participants/{supported}/support/services"),
        empty=at("/participants/{person}/support/services"),
    ),
    Screen(endpoint="support.services", full=at("/support-services"), empty=at("/support-services")),
    Screen(endpoint="support.unit_list", who="sam", full=at("/without-support"), empty=at("/without-support")),
    Screen(
        endpoint="help.victim_contact_scheme",
        who="",
        full=at("/help/victim-contact-scheme"),
        no_empty="the text is the page",
    ),
    Screen(
        endpoint="notifications.messages",
        full=at("/messages"),
        empty=at("/messages"),
    ),
    Screen(endpoint="notifications.unit_messages", who="sam", full=at("/unit/messages"), empty=at("/unit/messages")),
    Screen(
        endpoint="notifications.thread",
        full=at("/participants/{messaged}/messages"),
        empty=at("/participants/{person}/messages"),
    ),
    Screen(
        endpoint="notifications.compose",
        full=at("/participants/{messaged}/messages/new"),
        empty=at("/participants/{person}/messages/new"),
        refused=press_after_unticking("What do you want to tell them?", "Check the message"),
        posts=("notifications.save",),
        top_journey=True,
    ),
    Screen(
        endpoint="notifications.first_information",
        full=at("/participants/{messaged}/first-information"),
        no_empty="whoever is owed first information is the page",
        posts=("notifications.save_first_information",),
    ),
    Screen(
        endpoint="notifications.check",
        full=at("/messages/{draft}/check"),
        no_empty="the message is the page",
        refused=send_later_without_a_time,
        posts=("notifications.send", "notifications.step"),
    ),
    Screen(
        endpoint="notifications.check",
        full=at("/messages/{escalated}/check"),
        no_empty="the message is the page",
        posts=("notifications.step",),
    ),
    Screen(
        endpoint="notifications.letter",
        full=at("/messages/{letter}/letter"),
        no_empty="the letter is the page",
    ),
    Screen(
        endpoint="notifications.tell_all_page",
        full=at("/hearings/{message_trial}/tell-all"),
        no_empty="a unit on its first day has no hearing",
        posts=("notifications.tell_them_all",),
    ),
    Screen(
        endpoint="notifications.templates",
        who="ada",
        full=at("/admin/templates"),
        empty=at("/admin/templates"),
        refused=lambda page: page.get_by_role("button", name="Save the number of Westshire").click(),
        posts=("notifications.set_ring_us",),
    ),
    Screen(
        endpoint="notifications.template",
        who="ada",
        full=at("/admin/templates/{template_draft}"),
        no_empty="the template is the page",
    ),
    Screen(
        endpoint="notifications.template",
        who="ada",
        full=at("/admin/templates/{template}"),
        no_empty="the template is the page",
        posts=("notifications.step_template",),
    ),
    Screen(
        endpoint="notifications.new_template",
        who="ada",
        full=at("/admin/templates/new"),
        no_empty="the form is the page",
        refused=press("Save as a draft"),
        posts=("notifications.save_template",),
    ),
    Screen(endpoint="help.help_page", full=at("/help"), no_empty="the text is the page"),
    Screen(endpoint="help.states", full=at("/help/states"), no_empty="the tables are the page"),
    Screen(endpoint="help.accessibility", who="", full=at("/accessibility"), no_empty="the text is the page"),
    Screen(endpoint="openapi.docs", who="", full=at("/api/v1/docs"), no_empty="the description is the page"),
    Screen(
        endpoint="openapi.operation",
        who="",
        full=at("/api/v1/docs/get-api-v1-cases-urn"),
        no_empty="the description is the page",
    ),
)

# Endpoints that answer no page of their own, each with the reason.
NOT_PAGES = {
    "accounts.home": "leads each role to its first page",
    "referrals.referral_file": "a file to download, linked from the scheme's page of a person",
    "cutover.refused": "a file to download, linked from the import",
    "jobs.healthz": "for machines",
    "jobs.readyz": "for machines",
}

# Addresses that answer with an error page, for everybody signed in.
ERROR_PAGES = {404: "/no-such-page", 403: "/unit/overdue"}
