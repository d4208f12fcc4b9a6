//! Whether an integration that is live works, whoever built it and wherever it runs (contract
//! [R11.4]).
//!
//! [`Doctor`] is a state machine without I/O: a program asks it for the next [`Step`], does what it
//! says, and tells it the [`Answer`], until there is nothing more to do. Each [`Check`] then has a
//! [`Verdict`] with words that an operator can act on. It sees the integration from outside, as a
//! browser does, and needs no access to it.
//!
//! ```
//! use firstparty::doctor::{Answer, Doctor, Integration, Outcome, ProbeFailure, Step};
//! use firstparty::http::{Request, Response};
//! # fn entropy() -> [u8; 16] { [7; 16] }
//! # fn resolve(_: &str) -> Vec<std::net::IpAddr> { vec![[192, 0, 2, 1].into()] }
//! # fn send<B>(_: Request<B>) -> Result<Response<bytes::Bytes>, ProbeFailure> { Err(ProbeFailure::Timeout) }
//!
//! let integration = Integration::new("https://www.example.com/ore54guier")?.api_key("PUBLIC_API_KEY");
//! let mut doctor = Doctor::new(integration, entropy());
//! loop {
//!     let answer = match doctor.step() {
//!         Step::Resolve(host) => Answer::Addresses(resolve(&host)),
//!         Step::Send(request) => send(request).map_or_else(Answer::Failure, Answer::Response),
//!         _ => break,
//!     };
//!     doctor.answer(answer);
//! }
//! for verdict in doctor.verdicts().iter().filter(|verdict| verdict.outcome() == Outcome::Fail) {
//!     println!("{}: {}", verdict.check(), verdict.cause());
//! }
//! assert_eq!(doctor.summary().fail, 1);
//! # Ok::<(), firstparty::doctor::IntegrationError>(())
//! ```
//!
//! [R11.4]: crate::contract#R11.4

mod case;
mod check;
mod failure;
mod integration;
mod json;
mod judge;
mod judgement;
mod page;
mod probe;
mod request;
mod speaker;
mod step;
mod verdict;

use std::fmt;

use self::case::{Case, Observed};
pub use self::check::{Check, Group};
pub use self::failure::{ProbeFailure, TlsFailure};
pub use self::integration::{Integration, IntegrationError};
pub use self::judgement::Outcome;
use self::probe::Probe;
pub use self::step::{Answer, Step};
pub use self::verdict::{Summary, Verdict};

/// Examines one [`Integration`], step by step ([R11.4]).
///
/// Whatever it is answered, in whatever order, it comes to an end after at most [`Doctor::MAX_STEPS`]
/// answers. Equal entropy and answers give equal steps and verdicts.
///
/// ```
/// use firstparty::doctor::{Answer, Check, Doctor, Integration, Step};
///
/// let integration = Integration::new("https://www.example.com/ore54guier")?;
/// let mut doctor = Doctor::new(integration, [0; 16]);
/// while !matches!(doctor.step(), Step::Done) {
///     doctor.answer(Answer::Addresses(Vec::new()));
/// }
/// assert_eq!(doctor.verdicts().len(), Check::ALL.len());
/// # Ok::<(), firstparty::doctor::IntegrationError>(())
/// ```
///
/// [R11.4]: crate::contract#R11.4
pub struct Doctor {
    case: Case,
    step: Step,
    verdicts: Vec<Verdict>,
}

impl Doctor {
    /// The number of bytes of a body that are read at most.
    ///
    /// ```
    /// assert_eq!(firstparty::doctor::Doctor::BODY_LIMIT, 65_536);
    /// ```
    pub const BODY_LIMIT: usize = case::BODY_LIMIT;

    /// The number of answers after which every examination has ended.
    ///
    /// ```
    /// assert!(firstparty::doctor::Doctor::MAX_STEPS < 20);
    /// ```
    pub const MAX_STEPS: usize = Probe::ALL.len();

    /// Begins to examine an integration. The entropy makes words that no cache has seen; it must be new
    /// for each examination.
    ///
    /// ```
    /// use firstparty::doctor::{Doctor, Integration};
    ///
    /// let integration = Integration::new("https://www.example.com/ore54guier")?;
    /// assert!(Doctor::new(integration, [0; 16]).verdicts().is_empty());
    /// # Ok::<(), firstparty::doctor::IntegrationError>(())
    /// ```
    #[must_use]
    pub fn new(integration: Integration, entropy: [u8; 16]) -> Self {
        let case = Case::new(integration, entropy);
        let mut doctor = Self { case, step: Step::Done, verdicts: Vec::new() };
        doctor.advance();
        doctor
    }

    /// What is to be done next. It stays the same until it is answered.
    ///
    /// ```
    /// use firstparty::doctor::{Doctor, Integration, Step};
    ///
    /// let doctor = Doctor::new(Integration::new("https://192.0.2.1/ore54guier")?, [0; 16]);
    /// let Step::Send(request) = doctor.step() else { panic!() };
    /// assert_eq!(request.uri(), "https://192.0.2.1/ore54guier/status");
    /// # Ok::<(), firstparty::doctor::IntegrationError>(())
    /// ```
    #[must_use]
    pub fn step(&self) -> Step {
        self.step.clone()
    }

    /// Tells what came of the step, and goes on to the next one. An answer of another kind than the
    /// step asks for counts as none. Once all is done, answers are ignored.
    ///
    /// ```
    /// use firstparty::doctor::{Answer, Doctor, Integration, ProbeFailure};
    ///
    /// let integration = Integration::new("https://www.example.com/ore54guier")?;
    /// let mut doctor = Doctor::new(integration, [0; 16]);
    /// doctor.answer(Answer::Failure(ProbeFailure::Resolve));
    /// assert_eq!(doctor.summary().fail, 1);
    /// # Ok::<(), firstparty::doctor::IntegrationError>(())
    /// ```
    pub fn answer(&mut self, answer: Answer) {
        let observed = match (&self.step, answer) {
            (Step::Resolve(_), Answer::Addresses(addresses)) => Observed::addresses(addresses),
            (Step::Send(_), Answer::Response(response) | Answer::Truncated(response)) => {
                Observed::response(response)
            }
            (_, Answer::Failure(failure)) => Observed::Failed(failure),
            _ => Observed::Failed(ProbeFailure::Protocol),
        };
        self.observe(observed);
        self.advance();
    }

    /// Passes over what is not to be asked, and settles the next step.
    fn advance(&mut self) {
        self.step = loop {
            let Some(probe) = self.case.next() else { break Step::Done };
            match request::step(&self.case, probe) {
                Ok(step) => break step,
                Err(why) => self.observe(Observed::NotAsked(why)),
            }
        };
    }

    /// Keeps how the probe ended whose turn it was, and makes the checks that waited for it.
    fn observe(&mut self, observed: Observed) {
        let Some(probe) = self.case.next() else { return };
        self.case.observe(observed);
        for &check in Check::ALL.iter().filter(|check| check.after() == probe) {
            self.verdicts.push(Verdict::new(check, check.judge(&self.case)));
        }
    }

    /// The verdicts so far, in the order of [`Check::ALL`]: one of each check in the end.
    ///
    /// ```
    /// use firstparty::doctor::{Doctor, Integration};
    ///
    /// let doctor = Doctor::new(Integration::new("https://192.0.2.1/ore54guier")?, [0; 16]);
    /// let checks: Vec<_> = doctor.verdicts().iter().map(|verdict| verdict.check().name()).collect();
    /// assert_eq!(checks, ["resolves", "path", "addresses"]);
    /// # Ok::<(), firstparty::doctor::IntegrationError>(())
    /// ```
    #[must_use]
    pub fn verdicts(&self) -> &[Verdict] {
        &self.verdicts
    }

    /// How many checks ended in which way, so far.
    ///
    /// ```
    /// use firstparty::doctor::{Doctor, Integration};
    ///
    /// let doctor = Doctor::new(Integration::new("https://192.0.2.1/beacon")?, [0; 16]);
    /// assert_eq!((doctor.summary().warn, doctor.summary().fail), (1, 0));
    /// # Ok::<(), firstparty::doctor::IntegrationError>(())
    /// ```
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary::of(&self.verdicts)
    }
}

/// Without what the integration answered: a faulty one may show its secret.
impl fmt::Debug for Doctor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Doctor").field("verdicts", &self.verdicts).finish_non_exhaustive()
    }
}
