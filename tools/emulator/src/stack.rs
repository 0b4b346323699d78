//! A whole stack for one test or demo: resources, proxies, and functions with their environment.

use std::path::{Path, PathBuf};

use callbacks::Product;
use tls_server::Server;

use crate::aws::{AwsClient, Resources};
use crate::error::EmulatorError;
use crate::function::Emulator;
use crate::moto::Moto;
use crate::proxy::Proxy;
use crate::workspace::built;

/// A stack in moto. Functions are started by [`Stack::product`] and [`Stack::dispatch`].
pub struct Stack {
    /// A client that bypasses the proxies.
    pub aws: AwsClient,
    /// The stack's queues, table, bucket and bus.
    pub resources: Resources,
    /// Between the products' functions and the APIs.
    pub intake: Proxy,
    /// Between dispatch and the APIs.
    pub outlet: Proxy,
    /// Where the functions' programs are, if they are not those of this build.
    programs: Option<PathBuf>,
}

/// The visibility timeout of the stack's queue, in seconds.
pub const VISIBILITY: u32 = 1;

/// How often a message of the stack's queue is received before it becomes a dead letter.
pub const RECEIVES: u32 = 3;

impl Stack {
    /// Creates a stack, whose name must be unique in this moto.
    ///
    /// # Errors
    /// [`EmulatorError`] where a resource or a proxy cannot be made.
    pub fn create(moto: &Moto, name: &str) -> Result<Self, EmulatorError> {
        Self::create_with(moto, name, VISIBILITY, RECEIVES)
    }

    /// The same with a queue of other settings than [`VISIBILITY`] and [`RECEIVES`].
    ///
    /// # Errors
    /// [`EmulatorError`] where a resource or a proxy cannot be made.
    pub fn create_with(moto: &Moto, name: &str, visibility: u32, receives: u32) -> Result<Self, EmulatorError> {
        let aws = AwsClient::new(&moto.url())?;
        let resources = Resources::create(&aws, name, visibility, receives)?;
        let (intake, outlet) = (Proxy::start(&moto.url())?, Proxy::start(&moto.url())?);
        Ok(Self { aws, resources, intake, outlet, programs: None })
    }

    /// Starts the functions from this folder, in which each has one with its `bootstrap`.
    #[must_use]
    pub fn with_programs(self, folder: PathBuf) -> Self {
        Self { programs: Some(folder), ..self }
    }

    /// Starts a product's function, with these variables in addition to those of the stack.
    ///
    /// # Errors
    /// [`EmulatorError`] where it does not come up.
    pub fn product(&self, product: Product, environment: &[(&str, &str)]) -> Result<Emulator, EmulatorError> {
        self.storing(product.slug(), environment)
    }

    /// Starts any function that stores events, in the same way.
    ///
    /// # Errors
    /// [`EmulatorError`] where it does not come up.
    pub fn storing(&self, function: &str, environment: &[(&str, &str)]) -> Result<Emulator, EmulatorError> {
        let intake = format!("sqs:{}", self.resources.queue);
        let overflow = format!("s3:{}", self.resources.bucket);
        let stack = [(variables::INTAKE, intake.as_str()), (variables::OVERFLOW, &overflow)];
        self.start(self.intake.server(), function, &[&stack, environment].concat())
    }

    /// Starts dispatch behind the stack's own proxy, with these variables in addition to those of the stack.
    ///
    /// # Errors
    /// [`EmulatorError`] where it does not come up.
    pub fn dispatch(&self, environment: &[(&str, &str)]) -> Result<Emulator, EmulatorError> {
        self.dispatch_behind(&self.outlet, environment)
    }

    /// The same behind a proxy of its own.
    ///
    /// # Errors
    /// [`EmulatorError`] where it does not come up.
    pub fn dispatch_behind(&self, proxy: &Proxy, environment: &[(&str, &str)]) -> Result<Emulator, EmulatorError> {
        let ledger = format!("dynamodb:{}", self.resources.table);
        let bus = format!("eventbridge:{}", self.resources.bus);
        let stack = [(variables::LEDGER, ledger.as_str()), (variables::BUS, &bus)];
        self.start(proxy.server(), "dispatch", &[&stack, environment].concat())
    }

    fn start(&self, server: &Server, function: &str, environment: &[(&str, &str)]) -> Result<Emulator, EmulatorError> {
        let program = match &self.programs {
            Some(folder) => folder.join(function).join("bootstrap"),
            None => built(function)?,
        };
        start_program_behind(server, &program, function, environment)
    }
}

/// Starts a function that calls the AWS APIs behind this server.
///
/// # Errors
/// [`EmulatorError`] where it does not come up.
pub fn start_behind(server: &Server, function: &str, environment: &[(&str, &str)]) -> Result<Emulator, EmulatorError> {
    start_program_behind(server, &built(function)?, function, environment)
}

fn start_program_behind(
    server: &Server,
    program: &Path,
    function: &str,
    environment: &[(&str, &str)],
) -> Result<Emulator, EmulatorError> {
    let (url, ca_bundle) = (server.url(), server.ca_bundle().display().to_string());
    let lambda = [
        ("AWS_ENDPOINT_URL", url.as_str()),
        (variables::CA_BUNDLE, &ca_bundle),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ];
    Emulator::start_program(program, function, &[&lambda, environment].concat())
}
