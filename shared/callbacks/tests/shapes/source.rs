//! The vendors' structs and tables, read from the source.

#![expect(clippy::string_slice, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use callbacks::{Product, kinds};
use syn::visit::Visit;
use syn::{Arm, Expr, ExprTuple, GenericArgument, ItemImpl, ItemStruct, Lit, LitStr, Pat, PathArguments, Type};

/// What a value is read as.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    Text,
    Number,
    List(Box<Shape>),
    Object(Vec<(String, Shape)>),
    /// The struct of this name.
    Named(String),
    /// JSON in a string, or the thing itself.
    Quoted(Box<Shape>),
}

/// What reads an event.
pub(super) struct Reader {
    pub(super) product: Product,
    /// The vendor's name of the event.
    pub(super) name: String,
    /// The key of its payload, where the table has one.
    pub(super) key: Option<String>,
    pub(super) shape: Shape,
}

/// All structs that are read, under the folder of their product and their name.
pub(crate) struct Source {
    structs: BTreeMap<String, Vec<(String, Shape)>>,
    readers: Vec<Reader>,
    /// The keys that the heads take.
    heads: BTreeSet<String>,
    placeholders: BTreeSet<String>,
    words: Vec<String>,
}

impl Source {
    /// Reads the source of this crate.
    pub(crate) fn read() -> Self {
        let mut source = Self {
            structs: BTreeMap::new(),
            readers: Vec::new(),
            heads: BTreeSet::new(),
            placeholders: BTreeSet::new(),
            words: kinds().into_iter().map(|(_, name, _)| name.rsplit('/').next().unwrap().to_owned()).collect(),
        };
        for product in Product::ALL {
            let (vendor, name) = product.slug().split_once('-').unwrap();
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(vendor);
            for file in files(&folder) {
                let others = ["ims", "vod", "ci"].into_iter().filter(|other| *other != name);
                if others.clone().any(|other| file.strip_prefix(&folder).unwrap().starts_with(other)) {
                    continue;
                }
                let text = std::fs::read_to_string(&file).unwrap();
                let parsed = syn::parse_file(&text).unwrap();
                InFile { product, source: &mut source }.visit_file(&parsed);
            }
            if product == Product::TencentCi {
                let names = kinds().into_iter().filter(|(of, ..)| *of == product).map(|(_, name, _)| name);
                let names: BTreeSet<String> = names.map(|name| name.split('/').next().unwrap().to_owned()).collect();
                for (name, root) in
                    names.iter().flat_map(|name| ["Callback", "Detail", "Simple"].map(|root| (name, root)))
                {
                    let shape = Shape::Named(key(product, root));
                    source.readers.push(Reader { product, name: name.clone(), key: None, shape });
                }
            }
        }
        for product in Product::ALL {
            assert!(source.readers(product).len() > 15, "the tables of {product} are not found");
        }
        assert!(source.structs.len() > 200, "the structs are not found");
        assert!(source.heads.len() > 15, "the heads are not found");
        assert!(!source.placeholders.is_empty(), "the placeholders of series are not found");
        source
    }

    pub(super) fn readers(&self, product: Product) -> Vec<&Reader> {
        self.readers.iter().filter(|reader| reader.product == product).collect()
    }

    /// The fields of a struct, with the head's: an object may have any of these.
    pub(super) fn fields(&self, name: &str) -> Vec<(String, Shape)> {
        let fields = self.structs.get(name).cloned().unwrap_or_default();
        fields.into_iter().chain(self.heads.iter().map(|key| (key.clone(), Shape::Text))).collect()
    }

    /// What stands for the number of a file of a series.
    pub(super) fn placeholders(&self) -> Vec<&String> {
        self.placeholders.iter().collect()
    }

    /// Names of events and jobs.
    pub(super) fn words(&self) -> &[String] {
        &self.words
    }
}

fn key(product: Product, name: &str) -> String {
    format!("{product}/{name}")
}

/// All files of a folder and those in it, apart from tests.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] });
    files.filter(|path| path.extension().is_some_and(|ending| ending == "rs")).collect()
}

struct InFile<'s> {
    product: Product,
    source: &'s mut Source,
}

impl<'ast> Visit<'ast> for InFile<'_> {
    fn visit_item_struct(&mut self, item: &'ast ItemStruct) {
        let rule = attribute(&item.attrs, "rename_all").unwrap_or_default();
        let fields = item.fields.iter().filter_map(|field| {
            let name = field.ident.as_ref()?.to_string();
            let key = attribute(&field.attrs, "rename").unwrap_or_else(|| renamed(&name, &rule));
            Some((key, self.shape(&field.ty)))
        });
        let fields: Vec<(String, Shape)> = fields.collect();
        // Structs of one name in several modules: an object may have the fields of any.
        self.source.structs.entry(key(self.product, &item.ident.to_string())).or_default().extend(fields);
    }

    /// A line of a table: names, and the reader with the struct that it reads.
    fn visit_expr_tuple(&mut self, tuple: &'ast ExprTuple) {
        let text = |expr: &Expr| match expr {
            Expr::Lit(literal) => {
                if let Lit::Str(text) = &literal.lit {
                    Some(text.value())
                } else {
                    None
                }
            }
            _ => None,
        };
        let texts: Vec<String> = tuple.elems.iter().filter_map(text).collect();
        let reader = |expr: &Expr| match expr {
            Expr::Call(call) => match &*call.func {
                Expr::Path(path) => arguments(&path.path).pop(),
                _ => None,
            },
            _ => None,
        };
        let read = tuple.elems.iter().find_map(reader);
        if let (Some(name), Some(read)) = (texts.first(), read) {
            let shape = self.shape(&read);
            let reader = Reader { product: self.product, name: name.clone(), key: texts.get(1).cloned(), shape };
            self.source.readers.push(reader);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        let of_head =
            item.trait_.as_ref().and_then(|(_, path, _)| path.segments.last()).is_some_and(|name| name.ident == "Head");
        if of_head {
            Keys(&mut self.source.heads).visit_item_impl(item);
        }
        syn::visit::visit_item_impl(self, item);
    }

    fn visit_lit_str(&mut self, text: &'ast LitStr) {
        let text = text.value();
        if text.starts_with(['{', '$'])
            && text.ends_with('}')
            && text.len() < 24
            && !text.contains('"')
            && text.len() > 4
        {
            self.source.placeholders.insert(text);
        }
    }
}

impl InFile<'_> {
    fn shape(&self, of: &Type) -> Shape {
        let Type::Path(path) = of else { return Shape::Text };
        let arguments = arguments(&path.path);
        let first = || arguments.first().map_or(Shape::Text, |inner| self.shape(inner));
        let name = path.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        match name.as_str() {
            "One" | "Option" | "Box" | "Unused" | "CamelCase" | "WithHead" => {
                arguments.last().map_or(Shape::Text, |inner| self.shape(inner))
            }
            "Many" | "Vec" => Shape::List(Box::new(first())),
            "Texts" => Shape::List(Box::new(Shape::Text)),
            "Embedded" => Shape::Quoted(Box::new(first())),
            "Integer" | "Decimal" | "UnixTime" => Shape::Number,
            "Text" | "Time" | "String" | "UserData" | "Value" => Shape::Text,
            // What is generic has a field of what it is given, under a name that its documentation has.
            _ if !arguments.is_empty() => {
                let given =
                    arguments.iter().zip(["Input", "Output"]).map(|(inner, key)| (key.to_owned(), self.shape(inner)));
                Shape::Object(given.collect())
            }
            _ => Shape::Named(key(self.product, &name)),
        }
    }
}

/// The types that a path is given: `Stream` of `of::<transcode::Stream>()`.
fn arguments(path: &syn::Path) -> Vec<Type> {
    match path.segments.last().map(|segment| &segment.arguments) {
        Some(PathArguments::AngleBracketed(given)) => {
            let types = given.args.iter();
            types
                .filter_map(|given| if let GenericArgument::Type(given) = given { Some(given.clone()) } else { None })
                .collect()
        }
        _ => Vec::new(),
    }
}

/// The value of this name in `#[serde(…)]`.
fn attribute(attributes: &[syn::Attribute], name: &str) -> Option<String> {
    let mut found = None;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        let of_name = attribute.parse_nested_meta(|meta| {
            if let Ok(value) = meta.value() {
                let text: LitStr = value.parse()?;
                if meta.path.is_ident(name) {
                    found = Some(text.value());
                }
            }
            Ok(())
        });
        of_name.unwrap();
    }
    found
}

/// A field's key by the rule of its struct.
fn renamed(field: &str, rule: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    let mut words = field.split('_').filter(|word| !word.is_empty());
    match rule {
        "PascalCase" => words.map(capital).collect(),
        "camelCase" => words.next().map(str::to_owned).into_iter().chain(words.map(capital)).collect(),
        _ => field.to_owned(),
    }
}

/// The texts that arms match.
struct Keys<'k>(&'k mut BTreeSet<String>);

impl<'ast> Visit<'ast> for Keys<'_> {
    fn visit_arm(&mut self, arm: &'ast Arm) {
        let patterns = if let Pat::Or(or) = &arm.pat { or.cases.iter().collect() } else { vec![&arm.pat] };
        for pattern in patterns {
            if let Pat::Lit(literal) = pattern
                && let Lit::Str(text) = &literal.lit
            {
                self.0.insert(text.value());
            }
        }
        syn::visit::visit_arm(self, arm);
    }
}
