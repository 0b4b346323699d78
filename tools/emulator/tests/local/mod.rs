//! The inspector, beside the functions.

use callbacks::Product;
use callbacks::auth::Credentials;
use inspector::{Form, Inspector, Options};

/// A running inspector with these credentials, which accepts unsigned callbacks of the other products: its page and its receivers.
pub(crate) fn start(credentials: Vec<(Product, Credentials)>) -> (String, String) {
    let options = Options {
        port: 0,
        page_port: 0,
        credentials,
        allow_unsigned: true,
        tolerance: 300,
        body_limit: 6 << 20,
        forward: None,
        form: Form::EventBridge,
        r#match: String::new(),
        keep: None,
        record: None,
        callbacks: 1_000,
        bytes: 256 << 20,
        samples: |_| Vec::new(),
    };
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let inspector = Inspector::start(options).await.unwrap();
            sender.send((inspector.page(), inspector.receivers())).unwrap();
            inspector.run(|_| {}).await;
        });
    });
    receiver.recv().unwrap()
}
