//! The size report of the session.

use super::visit::Visit;
use crate::{html::Html, texts::Texts};

/// The report of the session as it is now.
pub(super) fn of_session(visit: &Visit) -> Html {
    let (texts, report) = (visit.texts(), visit.session.size_report());
    let entries = report.entries().map(|(key, len)| row(&code(key), len));
    let others = [
        (texts.report_messages, report.flash()),
        (texts.report_padding, report.padding()),
    ];
    let others = others.into_iter().filter(|(_, len)| *len > 0);
    let others = others.map(|(name, len)| row(&Html::new(name), len));
    let table = table(entries.chain(others).collect(), texts);

    let (title, lead) = (texts.report, texts.report_lead);
    let (empty, whole, cookies) = (texts.report_empty, texts.report_whole, texts.cookies);
    let (of, bytes) = (texts.of, texts.bytes);
    let (frame, used) = (report.empty(), report.set_cookie());
    let (allowed, count) = (report.allowed(), report.cookies());
    Html::new(format!(
        r#"<section class="card" id="report" aria-labelledby="report-heading">
<h2 id="report-heading">{title}</h2>
<p>{lead}</p>
{table}<dl><div><dt>{empty}</dt><dd>{frame} {bytes}</dd></div>
<div><dt>{whole}</dt><dd><strong>{used}</strong> {of} {allowed} {bytes}</dd></div>
<div><dt>{cookies}</dt><dd>{count}</dd></div></dl>
</section>
"#
    ))
}

fn table(rows: Vec<Html>, texts: &Texts) -> Html {
    if rows.is_empty() {
        return Html::new("");
    }
    let (entry, bytes) = (texts.report_entry, texts.bytes);
    let rows: Html = rows.into_iter().collect();
    Html::new(format!(
        r#"<table><thead><tr><th scope="col">{entry}</th><th scope="col">{bytes}</th></tr></thead>
<tbody>{rows}</tbody></table>
"#
    ))
}

fn row(name: &Html, len: usize) -> Html {
    Html::new(format!(
        r#"<tr><th scope="row">{name}</th><td>{len}</td></tr>
"#
    ))
}

fn code(key: &str) -> Html {
    Html::new(format!("<code>{}</code>", Html::text(key)))
}
