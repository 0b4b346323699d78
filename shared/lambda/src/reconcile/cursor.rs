//! How far a product's lists have been read: what a run goes on from.

use std::time::Duration;

use callbacks::CloudEvent;
use jiff::{SignedDuration, Timestamp};
use lookup::{Choice, Page, Window};
use serde::{Deserialize, Serialize};

/// How much of what was looked at is looked at again: no vendor says how soon its lists are whole.
const OVERLAP: SignedDuration = SignedDuration::from_mins(30);

/// How far back is looked at most. It is what Tencent Cloud VOD keeps; what could not be settled for so long is given up.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(72);

/// The most pages of one window. A list that has more does not end.
const MOST_PAGES: usize = 20_000;

/// How far a product's lists have been read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cursor {
    /// Which function has read them. Another one of this stack was deleted, and events came meanwhile that nobody has marked.
    function: String,
    /// What was looked for, each from its time on, as far back as a window reaches; the last is what is looked for now. All other
    /// events, and what ended before the first, were claimed by their ids.
    chosen: Vec<(Timestamp, Choice)>,
    /// Of what ended before, everything is settled.
    until: Timestamp,
    /// The window that is being read.
    round: Option<Round>,
}

/// A window, and how far it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Round {
    since: Timestamp,
    until: Timestamp,
    /// The page to read next.
    page: Option<Page>,
    /// How many were read.
    pages: usize,
    /// Whether everything on them is settled.
    is_settled: bool,
}

/// What [`Cursor::read`] makes of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// More pages follow.
    More,
    /// It was the last, and everything of the window is settled.
    Done,
    /// It was the last, and something has to be asked about again.
    Open,
    /// The list does not end, and is left.
    Endless,
}

impl Cursor {
    /// The first one of a function, which has chosen nothing yet: nothing that ended before now is looked for.
    pub(super) fn new(function: &str, now: Timestamp) -> Self {
        Self { function: function.to_owned(), chosen: Vec::new(), until: now, round: None }
    }

    /// Notes what is looked for, if it is something else than before. Gives whether it is.
    pub(super) fn choose(&mut self, choice: Choice, now: Timestamp) -> bool {
        if self.chosen.last().is_some_and(|(_, last)| *last == choice) {
            return false;
        }
        let reach = now.saturating_sub(LOOK_BACK).unwrap_or_default();
        let first = self.chosen.iter().rposition(|(since, _)| *since <= reach).unwrap_or_default();
        self.chosen.drain(..first);
        self.chosen.push((now, choice));
        true
    }

    /// Whether an event is looked for, and was when its job ended, by `ended_at` of the list or by its own time.
    pub(super) fn looked_for(&self, ended_at: Option<Timestamp>, event: &CloudEvent) -> bool {
        let from = |since| Window { since, until: Timestamp::MAX, longest_job: Duration::ZERO };
        let then = self.chosen.iter().rfind(|(since, _)| from(*since).includes(ended_at, event));
        [then, self.chosen.last()].into_iter().all(|of| of.is_some_and(|(_, choice)| choice.looks_for(event)))
    }

    /// Whether this function has written it.
    pub(super) fn is_of(&self, function: &str) -> bool {
        self.function == function
    }

    /// The window to read, and the page of it to begin with: that which is being read, else what has ended since, but not less
    /// than `grace` ago. `None` where nothing has.
    pub(super) fn window(
        &mut self,
        grace: Duration,
        longest_job: Duration,
        now: Timestamp,
    ) -> Option<(Window, Option<Page>)> {
        if self.round.is_none() {
            let ago = |age: SignedDuration| now.saturating_sub(age).unwrap_or_default();
            let until = ago(SignedDuration::try_from(grace).unwrap_or(SignedDuration::MAX));
            let again = self.until.saturating_sub(OVERLAP).unwrap_or_default();
            let first = self.chosen.first().map_or(self.until, |(since, _)| *since);
            let since = again.max(first).max(ago(LOOK_BACK));
            // Vendors count whole seconds.
            if until.duration_since(since.max(self.until)) < SignedDuration::from_secs(1) {
                return None;
            }
            self.round = Some(Round { since, until, page: None, pages: 0, is_settled: true });
        }
        let round = self.round.as_ref()?;
        Some((Window { since: round.since, until: round.until, longest_job }, round.page.clone()))
    }

    /// Notes that a page is read, and everything on it is settled or has to be asked about again; `next` is the one that follows.
    pub(super) fn read(&mut self, next: Option<Page>, is_settled: bool) -> Progress {
        let Some(round) = &mut self.round else { return Progress::Done };
        round.pages += 1;
        round.is_settled &= is_settled;
        let is_endless = next.is_some() && (next == round.page || round.pages >= MOST_PAGES);
        if next.is_some() && !is_endless {
            round.page = next;
            return Progress::More;
        }
        let is_settled = round.is_settled;
        if is_settled {
            self.until = self.until.max(round.until);
        }
        self.round = None;
        match (is_endless, is_settled) {
            (true, _) => Progress::Endless,
            (false, true) => Progress::Done,
            (false, false) => Progress::Open,
        }
    }

    /// Begins the window again: the vendor does not know the page any more.
    pub(super) fn start_again(&mut self) {
        if let Some(round) = &mut self.round {
            round.page = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use callbacks::{Product, decode};

    use super::*;

    const GRACE: Duration = Duration::from_mins(15);
    const LONGEST: Duration = Duration::from_hours(6);

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_767_323_000 + minutes * 60).unwrap()
    }

    fn choice(kinds: &str) -> Choice {
        format!("tencent-vod:{kinds}").parse().unwrap()
    }

    fn cursor(function: &str) -> Cursor {
        let mut cursor = Cursor::new(function, at(0));
        assert!(cursor.choose(choice("all"), at(0)));
        cursor
    }

    fn page(text: &str) -> Page {
        serde_json::from_str(&format!(r#"{{"list":0,"token":"{text}","since":null}}"#)).unwrap()
    }

    fn window(cursor: &mut Cursor, now: i64) -> Option<(Timestamp, Timestamp)> {
        cursor.window(GRACE, LONGEST, at(now)).map(|(window, _)| (window.since, window.until))
    }

    #[test]
    fn windows_follow_each_other_and_overlap() {
        let mut cursor = cursor("f");
        // What ended before the beginning is never looked for.
        for now in [0, 15] {
            assert_eq!(window(&mut cursor, now), None, "{now}");
        }
        assert_eq!(window(&mut cursor, 30), Some((at(0), at(15))));
        assert_eq!(cursor.read(None, true), Progress::Done);
        assert_eq!(window(&mut cursor, 30), None);
        assert_eq!(window(&mut cursor, 60), Some((at(0), at(45))));
        assert_eq!(cursor.read(None, true), Progress::Done);
        assert_eq!(window(&mut cursor, 75), Some((at(15), at(60))));
    }

    #[test]
    fn a_window_is_read_to_its_end_before_the_next() {
        let mut cursor = cursor("f");
        assert_eq!(window(&mut cursor, 30), Some((at(0), at(15))));
        assert_eq!(cursor.read(Some(page("a")), true), Progress::More);
        let text = serde_json::to_string(&cursor).unwrap();
        let mut cursor: Cursor = serde_json::from_str(&text).unwrap();
        let (_, next) = cursor.window(GRACE, LONGEST, at(90)).unwrap();
        assert_eq!((window(&mut cursor, 90), next), (Some((at(0), at(15))), Some(page("a"))));
        cursor.start_again();
        assert_eq!(cursor.window(GRACE, LONGEST, at(90)).unwrap().1, None);
        assert_eq!(cursor.read(None, true), Progress::Done);
        assert_eq!(window(&mut cursor, 90), Some((at(0), at(75))));
    }

    /// What was not settled is looked at again, until it is given up.
    #[test]
    fn what_is_open_is_looked_at_again() {
        let mut cursor = cursor("f");
        assert_eq!(window(&mut cursor, 30), Some((at(0), at(15))));
        assert_eq!(cursor.read(Some(page("a")), false), Progress::More);
        assert_eq!(cursor.read(None, true), Progress::Open);
        assert_eq!(window(&mut cursor, 60), Some((at(0), at(45))));
        assert_eq!(cursor.read(None, false), Progress::Open);
        let later = 72 * 60 + 100;
        assert_eq!(window(&mut cursor, later), Some((at(100), at(later - 15))));
        assert_eq!(cursor.read(None, true), Progress::Done);
        assert_eq!(window(&mut cursor, later + 60), Some((at(later - 45), at(later + 45))));
    }

    #[test]
    fn a_list_that_does_not_end_is_left() {
        let mut cursor = cursor("f");
        assert_eq!(window(&mut cursor, 30), Some((at(0), at(15))));
        assert_eq!(cursor.read(Some(page("a")), true), Progress::More);
        assert_eq!(cursor.read(Some(page("a")), true), Progress::Endless);
        assert_eq!(window(&mut cursor, 60), Some((at(0), at(45))));
        let pages = (1..).map(|number| cursor.read(Some(page(&number.to_string())), true));
        assert_eq!(pages.take_while(|progress| *progress == Progress::More).count(), MOST_PAGES - 1);
        assert_eq!(window(&mut cursor, 75), Some((at(15), at(60))));
    }

    /// What ended while its kind was not looked for was claimed by its id, however often the choice has changed since.
    #[test]
    fn what_is_looked_for_was_so_when_it_ended() {
        let body = r#"{"EventType":"EditMediaComplete","EditMediaCompleteEvent":{"TaskId":"t1","Status":"FINISH"}}"#;
        let event = decode(Product::TencentVod, body.as_bytes(), at(0)).remove(0);
        let mut cursor = Cursor::new("f", at(0));
        for (kinds, minute, is_new) in [
            ("transcode", 0, true),
            ("transcode", 5, false),
            ("transcode,edit", 10, true),
            ("edit,transcode", 20, true),
            ("edit,upload", 30, true),
            ("edit,upload", 40, false),
        ] {
            assert_eq!(cursor.choose(choice(kinds), at(minute)), is_new, "{kinds}");
        }
        let looked_for = |cursor: &Cursor, minute| cursor.looked_for(Some(at(minute)), &event);
        assert_eq!([5, 15, 25, 50].map(|minute| looked_for(&cursor, minute)), [false, true, true, true]);
        cursor.choose(choice("upload"), at(60));
        assert_eq!([15, 50, 70].map(|minute| looked_for(&cursor, minute)), [false; 3]);
        // As far back as no window reaches, nothing is kept.
        cursor.choose(choice("edit"), at(60 + 72 * 60));
        assert_eq!(cursor.chosen.len(), 2);
    }

    #[test]
    fn another_function_begins_anew() {
        let cursor = cursor("stack-Reconcile-1");
        assert!(cursor.is_of("stack-Reconcile-1") && !cursor.is_of("stack-Reconcile-2"));
    }
}
