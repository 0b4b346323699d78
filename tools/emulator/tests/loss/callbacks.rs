//! The callbacks that are sent: samples of all products, each made unique, many of them twice.

use callbacks::Product;
use emulator::{expected_events, requests, vendor};
use fastrand::Rng;
use jiff::Timestamp;
use sender::signing::Tamper;
use serde_json::Value;

/// One in this many callbacks has an event that is too large for a message.
const OVERSIZED: usize = 60;
/// One in this many is forged, and is rejected.
const FORGED: usize = 15;

/// A callback, which is sent once or more.
pub(crate) struct Callback {
    pub(crate) product: Product,
    request: Value,
    /// Its events, one line each.
    pub(crate) events: Vec<String>,
    pub(crate) forgery: Option<Forgery>,
}

/// What is wrong with a forged callback.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Forgery {
    Token,
    Key,
    Method,
}

impl Callback {
    /// The request, signed now.
    pub(crate) fn request(&self) -> String {
        let mut signing = vendor::signing(self.product, Timestamp::now());
        match self.forgery {
            Some(Forgery::Token) => signing.tamper = Some(Tamper::Token),
            Some(Forgery::Key) => signing.key = Some("AnotherKey1".into()),
            Some(Forgery::Method) | None => {}
        }
        let mut request = vendor::sent(self.product, self.request.clone(), &signing).unwrap();
        if matches!(self.forgery, Some(Forgery::Method)) {
            request["requestContext"]["http"]["method"] = "PUT".into();
        }
        request.to_string()
    }

    /// Its events' keys.
    pub(crate) fn keys(&self) -> impl Iterator<Item = String> {
        self.events.iter().map(|event| {
            let event: Value = serde_json::from_str(event).unwrap();
            format!("{}/{}", self.product, event["id"].as_str().unwrap())
        })
    }

    /// Whether the status code is the answer that the callback has to get, if any.
    pub(crate) fn is_refusal(&self, status: u16) -> bool {
        match self.forgery {
            None => false,
            Some(Forgery::Method) => status == 405,
            Some(Forgery::Token | Forgery::Key) => status == 401,
        }
    }
}

/// A product's share of `count` callbacks, and the order in which they are sent: a third of that are repetitions, some
/// immediately, some much later.
pub(crate) fn of_product(product: Product, count: usize, random: &mut Rng) -> (Vec<Callback>, Vec<usize>) {
    let samples: Vec<Value> =
        requests(product).unwrap().iter().map(|(_, request)| serde_json::from_str(request).unwrap()).collect();
    // Neither Base64 nor a body without an event can be made an event of its own in a line.
    let samples: Vec<&Value> = samples
        .iter()
        .filter(|request| request["isBase64Encoded"] == false)
        .filter(|request| !expected_events(product, &request.to_string()).unwrap().is_empty())
        .collect();
    let repeated = count / 3;
    let callbacks: Vec<Callback> = (0..count - repeated)
        .map(|number| {
            let mut request = (*random.choice(&samples).unwrap()).clone();
            let padding = if number % OVERSIZED == 1 { 300_000 } else { 0 };
            request["body"] = one_of_its_own(request["body"].as_str().unwrap(), number, padding).into();
            let events = expected_events(product, &request.to_string()).unwrap();
            let forgery = (number % FORGED == 2).then(|| {
                let all = &[Forgery::Token, Forgery::Method, Forgery::Key];
                let forgeries = if vendor::is_signed(product) { all.as_slice() } else { &all[..2] };
                *random.choice(forgeries).unwrap()
            });
            Callback { product, request, events, forgery }
        })
        .collect();
    let mut order: Vec<usize> = (0..callbacks.len()).collect();
    for _ in 0..repeated {
        let position = random.usize(..order.len());
        let distance = if random.bool() { random.usize(..4) } else { random.usize(..order.len()) };
        order.insert((position + 1 + distance).min(order.len()), order[position]);
    }
    (callbacks, order)
}

/// The body with a number in it that no other one has, so that its event is another, and as many bytes more as wanted.
fn one_of_its_own(body: &str, number: usize, padding: usize) -> String {
    let padding = "x".repeat(padding);
    if let Some(members) = body.trim_start_matches(['\u{FEFF}', ' ', '\n']).strip_prefix('{') {
        let comma = if members.trim_start().starts_with('}') { "" } else { "," };
        // Bodies with several events have them in a list: the number goes into each.
        let members = members.replace(r#""EventHandle":"#, &format!(r#""Number":{number},"EventHandle":"#));
        return format!(r#"{{"Number":{number},"Padding":"{padding}"{comma}{members}"#);
    }
    match body.rfind("</") {
        Some(end) => {
            let (head, tail) = body.split_at(end);
            format!("{head}<Number>{number}</Number><Padding>{padding}</Padding>{tail}")
        }
        None => format!("{body}{number}{padding}"),
    }
}
