//! Tables in Markdown, and the figures in them.

/// A table whose first column has names, and the others figures.
pub(crate) struct Table {
    columns: usize,
    text: String,
}

impl Table {
    pub(crate) fn new<C: Into<String>>(columns: impl IntoIterator<Item = C>) -> Self {
        let columns: Vec<String> = columns.into_iter().map(Into::into).collect();
        let mut table = Self { columns: columns.len(), text: String::new() };
        table.row(columns);
        let rule = (0..table.columns).map(|column| if column == 0 { "---" } else { "---:" }.to_owned());
        table.row(rule);
        table
    }

    /// Adds a row; cells that are not there are empty.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let mut cells: Vec<String> = cells.into_iter().collect();
        cells.resize(self.columns, String::new());
        self.text.extend(["| ", &cells.join(" | "), " |\n"]);
    }

    /// The table, without a line feed at its end.
    pub(crate) fn text(&self) -> &str {
        self.text.trim_end()
    }
}

/// The values of one figure, of all rounds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Figure(Vec<f64>);

impl Figure {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn add(&mut self, value: f64) {
        self.0.push(value);
    }

    /// Each value as a multiple of the other figure's value in the same round.
    pub(crate) fn over(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(value, other)| value / other).collect())
    }

    /// The value that so many percent do not exceed.
    fn percentile(&self, percent: usize) -> f64 {
        let mut values = self.0.clone();
        values.sort_by(f64::total_cmp);
        let index = (values.len().saturating_sub(1) * percent).div_ceil(100);
        values.get(index).copied().unwrap_or(f64::NAN)
    }

    pub(crate) fn median(&self) -> f64 {
        self.percentile(50)
    }

    /// The largest value.
    pub(crate) fn worst(&self) -> f64 {
        self.percentile(100)
    }

    /// The median, and from where to where four of five values are.
    pub(crate) fn spread(&self, digits: usize) -> String {
        format!("{:.digits$} ({:.digits$}–{:.digits$})", self.median(), self.percentile(10), self.percentile(90))
    }
}
