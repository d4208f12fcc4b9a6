//! What an integration costs in a month, by a formula that is printed with it. The guide's page `cost`
//! explains it and has the sums for a million; `tests/it/guide.rs` compares the two.

use clap::Args;
use firstparty::Platform;
use serde::Serialize;

/// When the default prices were list prices.
pub(crate) const PRICES_OF: &str = "2026-11";

/// Where the quantities come from.
pub(crate) const FORMULA: &[&str] = &[
    "an identification is up to 3 requests; 36 kB of agent and 1 kB of answer go to the browser, 5 to 10 kB \
     come from it (10 counted)",
    "a function waits 0.2 s for the agent, 0.5 s for the identification, 0.2 s for the browser cache request, \
     with 128 MB",
    "the secret is read 12 times an hour in each region of the edge; a month has 730 hours",
];

const REQUESTS: f64 = 3.0;
const KILOBYTES_DOWN: f64 = 36.0 + 1.0;
const KILOBYTES_UP: f64 = 10.0;
const GIGABYTE_SECONDS: f64 = (0.2 + 0.5 + 0.2) * 0.128;
const SECRET_READS: f64 = 12.0 * 730.0;

/// Prices in US dollars, in the place of list prices.
#[derive(Args)]
pub(crate) struct Prices {
    /// US dollars for a million requests
    #[arg(long, value_name = "USD", value_parser = amount, requires = "events_per_month")]
    price_requests: Option<f64>,
    /// US dollars for a gigabyte to browsers
    #[arg(long, value_name = "USD", value_parser = amount, requires = "events_per_month")]
    price_download: Option<f64>,
    /// US dollars for a gigabyte from browsers, on its way to Fingerprint
    #[arg(long, value_name = "USD", value_parser = amount, requires = "events_per_month")]
    price_upload: Option<f64>,
    /// US dollars for a gigabyte-second of a function
    #[arg(long, value_name = "USD", value_parser = amount, requires = "events_per_month")]
    price_compute: Option<f64>,
    /// US dollars for ten thousand reads of the secret
    #[arg(long, value_name = "USD", value_parser = amount, requires = "events_per_month")]
    price_secret_reads: Option<f64>,
    /// US dollars for the month, whatever the use
    #[arg(long, value_name = "USD", value_parser = amount, requires = "events_per_month")]
    price_month: Option<f64>,
    /// Regions of the edge in which the secret is read
    #[arg(long, value_name = "N", default_value = "3", requires = "events_per_month")]
    edge_regions: u16,
}

fn amount(text: &str) -> Result<f64, &'static str> {
    let amount = text.parse().ok().filter(|amount: &f64| amount.is_finite() && *amount >= 0.0);
    amount.ok_or("expected an amount of money, like 0.6")
}

/// A platform's list prices: small use, North America and Europe, nothing included. What a platform does not
/// bill is zero.
#[derive(Clone, Copy)]
struct ListPrices {
    requests: f64,
    download: f64,
    upload: f64,
    compute: f64,
    secret_reads: f64,
    month: f64,
}

/// `None`: no list price is published, or the server is one's own.
fn list_prices(platform: Platform) -> Option<ListPrices> {
    let [requests, download, upload, compute, secret_reads, month] = match platform {
        // Requests of CloudFront and of Lambda@Edge; uploads to the function and on; two secrets.
        Platform::CloudFront => [1.0 + 0.6, 0.085, 0.02 + 0.09, 0.000_050_01, 0.05, 0.8],
        Platform::Cloudflare => [0.3, 0.0, 0.0, 0.0, 0.0, 5.0],
        // Front Door Standard, and Functions by consumption.
        Platform::Azure => [0.9 + 0.2, 0.083, 0.02 + 0.087, 0.000_016, 0.0, 35.0],
        Platform::FastlyCompute => [0.75 + 0.5, 0.12, 0.12, 0.0, 0.0, 0.0],
        Platform::FastlyVcl => [0.75, 0.12, 0.12, 0.0, 0.0, 0.0],
        _ => return None,
    };
    Some(ListPrices { requests, download, upload, compute, secret_reads, month })
}

/// Quantities, and the money for them where there is a price.
#[derive(Serialize)]
pub(crate) struct Cost {
    pub(crate) events: u64,
    pub(crate) formula: &'static [&'static str],
    pub(crate) items: Vec<Item>,
    /// US dollars, if everything has a price.
    pub(crate) total: Option<f64>,
}

/// A quantity, its price, and what it comes to.
#[derive(Serialize)]
pub(crate) struct Item {
    pub(crate) name: &'static str,
    pub(crate) quantity: f64,
    /// How much of the quantity the price is for.
    pub(crate) unit: f64,
    pub(crate) price: Option<f64>,
    pub(crate) is_list_price: bool,
    pub(crate) money: Option<f64>,
    /// The argument that sets the price.
    #[serde(skip)]
    pub(crate) argument: &'static str,
}

impl Cost {
    pub(crate) fn new(events: u64, platform: Platform, given: &Prices) -> Self {
        // Exact up to 2⁵³, and then off by less than anybody bills.
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let count = events as f64;
        let reads = match platform {
            Platform::CloudFront => SECRET_READS * f64::from(given.edge_regions),
            _ => 0.0,
        };
        let (down, up) = (count * KILOBYTES_DOWN / 1e6, count * KILOBYTES_UP / 1e6);
        let seconds = count * GIGABYTE_SECONDS;
        let list = list_prices(platform);
        let item = |name,
                    argument,
                    quantity,
                    unit,
                    given: Option<f64>,
                    listed: fn(ListPrices) -> f64| {
            let price = given.or(list.map(listed));
            let money = price.map(|price| quantity / unit * price);
            Item { name, quantity, unit, price, is_list_price: given.is_none(), money, argument }
        };
        let mut items = vec![
            item(
                "requests",
                "--price-requests",
                count * REQUESTS,
                1e6,
                given.price_requests,
                |p| p.requests,
            ),
            item("GB to browsers", "--price-download", down, 1.0, given.price_download, |p| {
                p.download
            }),
            item("GB from browsers", "--price-upload", up, 1.0, given.price_upload, |p| p.upload),
            item("GB-seconds", "--price-compute", seconds, 1.0, given.price_compute, |p| p.compute),
            item(
                "secret reads",
                "--price-secret-reads",
                reads,
                1e4,
                given.price_secret_reads,
                |p| p.secret_reads,
            ),
            item("month", "--price-month", 1.0, 1.0, given.price_month, |p| p.month),
        ];
        // What nobody bills there is not worth a line.
        items.retain(|item| item.quantity > 0.0 && item.price != Some(0.0));
        let money: Option<Vec<f64>> = items.iter().map(|item| item.money).collect();
        let total = money.map(|money| money.iter().sum());
        Self { events, formula: FORMULA, items, total }
    }
}
