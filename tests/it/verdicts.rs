//! Verdicts made by hand for the tests of reports.
//!
//! Every finding brings its own advice, so that snapshots do not depend on the pages of rules.

use std::time::Duration;

use agentgate::change::{Bytes, ChangeSet, Entry, Source, Unreadable};
use agentgate::policy::{Level, Origin, Policy};
use agentgate::report::{Changes, Report, Unread, Waiver};
use agentgate::verdict::{Agent, Finding, Judgement, Place, Revision, Subject, Verdict};
use agentgate::{LineRange, RepoPath, Side};

/// A change without files; these findings carry all there is to say.
struct Nothing;

impl Source for Nothing {
    fn read(&self, _: &Entry) -> Result<Bytes, Unreadable> {
        Err(Unreadable::Other("there is nothing here".into()))
    }

    fn entry(&self, _: Side, _: &RepoPath) -> Option<Entry> {
        None
    }

    fn paths(&self, _: Side) -> Vec<RepoPath> {
        Vec::new()
    }

    fn below(&self, _: Side, _: &RepoPath, _: usize) -> Vec<Entry> {
        Vec::new()
    }
}

fn subject() -> Subject {
    let revision = |name: &str, digit: &str| Revision {
        name: Some(name.into()),
        commit: Some(digit.repeat(40)),
        tree: (digit == "b").then(|| "c".repeat(40)),
    };
    Subject {
        base: revision("main", "a"),
        merge_base: Some("a".repeat(40)),
        head: revision("agent/T-1-round-totals", "b"),
        agent: Agent { is_agent: true, why: "branch matches agent/**".into() },
        ..Subject::default()
    }
}

fn report(judgements: Vec<Judgement>) -> Report {
    let change = ChangeSet::new(Vec::new(), Box::new(Nothing));
    let mut verdict = Verdict::new(Vec::new(), &change, &Policy::default(), subject());
    verdict.judgements = judgements;
    let mut report = Report::from_verdict(&verdict, &change, Duration::from_millis(7));
    report.changes = Changes { files: 12, production_files: 7, test_files: 5, added: 120, deleted: 40 };
    report
}

fn judged(level: Level, id: &str, line: u32, finding: Finding) -> Judgement {
    let because = Origin { path: ".agentgate/policy.toml".into(), line };
    Judgement { id: id.into(), level, because, finding, content: None, waiver: None }
}

pub fn clean() -> Report {
    report(Vec::new())
}

/// The same small finding in many files, and one that is not to drown in them.
pub fn many(number: u32) -> Report {
    let finding = |index| {
        let path = RepoPath::from(format!("infra/stack-{index:03}/main.tf").as_str());
        let finding =
            Finding::new("forbidden-path", "`infra/**` is closed to agents").at(Place::file(&path, Side::Head));
        judged(Level::Block, &format!("{index:012x}"), 9, finding.help("take the file out of the branch"))
    };
    let mut all: Vec<_> = (0..number).map(finding).collect();
    let path = RepoPath::from("tests/test_a.py");
    let skipped =
        Finding::new("skipped-test", "no longer runs").at(Place::line(&path, Side::Head, 3)).in_test("test_a");
    all.push(judged(Level::Block, "feedfeedfeed", 4, skipped.after("@pytest.mark.skip").help("let it run again")));
    report(all)
}

/// One of everything: levels, places and no place, both sides, long and wide code, names that mean harm.
pub fn rich() -> Report {
    let billing = RepoPath::from("tests/test_billing.py");
    let old = RepoPath::from("tests/legacy/test_rounding.py");
    let new = RepoPath::from("tests/rounding/test_half_even.py");
    let not_utf8 = RepoPath::new(*b"tests/caf\xe9 menu.rb");
    let hostile = RepoPath::from("::error file=x::\u{1b}[2Jowned\n##[add-mask]x|`<b>@maintainers.py");
    let config = RepoPath::from("package.json");
    let mut report = report(vec![
        judged(
            Level::Block,
            "3f9c2a1b7d04",
            12,
            Finding::new("loosened-assertion", "equality became a lower bound")
                .at(Place::line(&billing, Side::Head, 14))
                .base_at(Place::line(&billing, Side::Base, 12))
                .in_test("test_invoice_total")
                .before("    assert total == 105.3\n")
                .after("    assert total > 0\n")
                .witness("1")
                .help("restore the exact expectation, or record in the work packet why a bound is all that can be promised"),
        ),
        judged(
            Level::Block,
            "0a1b2c3d4e5f",
            15,
            Finding::new("deleted-test", "`test_bankers_rounding` is gone while the code it tests stays")
                .at(Place::lines(&old, Side::Base, LineRange::new(8, 27)))
                .in_test("test_bankers_rounding")
                .before((0..20).map(|line| format!("        assert half_even({line}.5) == {line}\n")).collect::<String>())
                .help("bring the test back"),
        ),
        judged(
            Level::Warn,
            "77aa77aa77aa",
            3,
            Finding::new("changed-expectation", "expected value changed, nothing in production did")
                .at(Place::line(&new, Side::Head, 30))
                .base_at(Place::line(&old, Side::Base, 41))
                .before(
                    "expect(renderReceipt(order, { locale: 'ja-JP', currency: 'JPY', wide: '全角文字' }).total).toBe('¥1,053')",
                )
                .after("expect(renderReceipt(order, { locale: 'ja-JP', currency: 'JPY', wide: '全角文字' }).total).toBe('¥1,054')")
                .help("put the old value back, or say in the pull request which requirement changed it"),
        ),
        judged(
            Level::Warn,
            "123456789abc",
            20,
            Finding::new("missing-evidence", "the pull request has no section `Tests Run`")
                .help("add the section with the commands you ran and their results"),
        ),
        judged(
            Level::Warn,
            "bbbbccccdddd",
            21,
            Finding::new("hidden-unicode", "a right-to-left override in `user\u{202e}nimda`")
                .at(Place::line(&not_utf8, Side::Head, 2))
                .after("\tif user == 'user\u{202e}nimda' # ok\r\n")
                .help("retype the line"),
        ),
        judged(
            Level::Note,
            "eeeeffff0000",
            30,
            Finding::new("leftover-marker", "`::set-output name=x::y` \u{1b}]0;title\u{7} <script>alert(1)</script>")
                .at(Place::line(&hostile, Side::Head, 1))
                .in_test("::add-mask::x")
                .after("::error::##[error]\n::stop-commands::x")
                .witness("::warning::w")
                .help("::group::x"),
        ),
        judged(
            Level::Block,
            "999988887777",
            31,
            Finding::new("new-dependency", "`left-pad` 1.3.0 is new")
                .at(Place::line(&config, Side::Head, 22))
                .after("    \"left-pad\": \"^1.3.0\",\n")
                .help("take it out, or have the dependency agreed in the work packet"),
        ),
    ]);
    let waived = report.findings.iter_mut().find(|finding| finding.rule == "new-dependency");
    waived.expect("it is in the list above").waiver = Some(Waiver {
        owner: "maria@example.org".into(),
        reason: "agreed in T-1, until our own padding lands".into(),
        expires: Some("2026-12-31".into()),
        path: ".agentgate/waivers.toml".into(),
        line: 4,
    });
    report.counts.block -= 1;
    report.counts.waived += 1;
    report.unread.push(Unread {
        path: "fixtures/dump.sql".into(),
        why: "209715200 bytes, more than the limit of 16777216".into(),
    });
    report
}
