//! What an integration costs in a month, by a formula that is printed with it.

use clap::Args;
use firstparty::Platform;
use serde::Serialize;

/// When the default prices were list prices.
pub(crate) const PRICES_OF: &str = "2026-11";

/// At most, for each identification: an agent download, the identification, a browser cache request.
const REQUESTS: f64 = 3.0;
/// Kilobytes to the browser: the agent and the answer to the identification.
const DOWN: f64 = 36.0 + 1.0;
/// Kilobytes from the browser: 5 to 10.
const UP: f64 = 10.0;
/// Seconds that a function waits for Fingerprint, by Fingerprint's own guide: 200 ms for a download, 500 ms for
/// an identification, and as long for the third as for the first. The smallest functions have 128 MB.
const GIGABYTE_SECONDS: f64 = (0.2 + 0.5 + 0.2) * 0.128;
/// A settings document is read again every five minutes, in each region of the edge.
const SECRET_READS: f64 = 12.0 * 730.0;

/// Prices in US dollars.
#[derive(Args)]
pub(crate) struct Prices {
    /// US dollars for a million requests
    #[arg(long, value_name = "USD", value_parser = amount)]
    price_requests: Option<f64>,
    /// US dollars for a gigabyte to browsers
    #[arg(long, value_name = "USD", value_parser = amount)]
    price_traffic: Option<f64>,
    /// US dollars for a gigabyte-second of a function
    #[arg(long, value_name = "USD", value_parser = amount)]
    price_compute: Option<f64>,
    /// US dollars for ten thousand reads of the secret
    #[arg(long, value_name = "USD", value_parser = amount)]
    price_secret_reads: Option<f64>,
    /// US dollars for the month, whatever the use
    #[arg(long, value_name = "USD", value_parser = amount)]
    price_month: Option<f64>,
    /// Regions of the edge in which the secret is read
    #[arg(long, value_name = "N", default_value = "3")]
    edge_regions: u16,
}

fn amount(text: &str) -> Result<f64, &'static str> {
    let amount = text.parse().ok().filter(|amount: &f64| amount.is_finite() && *amount >= 0.0);
    amount.ok_or("expected an amount of money, like 0.6")
}

/// A platform's list prices: small use, North America and Europe, nothing included.
struct ListPrices {
    requests: f64,
    traffic: f64,
    compute: f64,
    secret_reads: f64,
    month: f64,
}

/// `None`: no list price is published, or the server is one's own.
fn list_prices(platform: Platform) -> Option<ListPrices> {
    let [requests, traffic, compute, secret_reads, month] = match platform {
        // Requests of CloudFront and of Lambda@Edge, and two secrets.
        Platform::CloudFront => [1.0 + 0.6, 0.085, 0.000_050_01, 0.05, 0.8],
        Platform::Cloudflare => [0.3, 0.0, 0.0, 0.0, 5.0],
        // Front Door Standard, and Functions by consumption.
        Platform::Azure => [0.9 + 0.2, 0.083, 0.000_016, 0.0, 35.0],
        Platform::FastlyCompute => [0.75 + 0.5, 0.12, 0.0, 0.0, 0.0],
        Platform::FastlyVcl => [0.75, 0.12, 0.0, 0.0, 0.0],
        _ => return None,
    };
    Some(ListPrices { requests, traffic, compute, secret_reads, month })
}

/// Quantities, and the money for them where there is a price.
#[derive(Serialize)]
pub(crate) struct Cost {
    pub(crate) events: u64,
    pub(crate) items: Vec<Item>,
    /// US dollars, if anything has a price.
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
    pub(crate) money: Option<f64>,
}

impl Cost {
    pub(crate) fn new(events: u64, platform: Platform, given: &Prices) -> Self {
        // Exact up to 2⁵³, and then off by less than anybody bills.
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let count = events as f64;
        let list = list_prices(platform);
        let price = |given: Option<f64>, listed: fn(&ListPrices) -> f64| {
            given.or_else(|| list.as_ref().map(listed))
        };
        let reads = match platform {
            Platform::CloudFront => SECRET_READS * f64::from(given.edge_regions),
            _ => 0.0,
        };
        let items = [
            ("requests", count * REQUESTS, 1e6, price(given.price_requests, |p| p.requests)),
            ("GB to browsers", count * DOWN / 1e6, 1.0, price(given.price_traffic, |p| p.traffic)),
            ("GB from browsers", count * UP / 1e6, 1.0, Some(0.0)),
            (
                "GB-seconds",
                count * GIGABYTE_SECONDS,
                1.0,
                price(given.price_compute, |p| p.compute),
            ),
            ("secret reads", reads, 1e4, price(given.price_secret_reads, |p| p.secret_reads)),
            ("month", 1.0, 1.0, price(given.price_month, |p| p.month)),
        ];
        let items = items.map(|(name, quantity, unit, price)| Item {
            name,
            quantity,
            unit,
            price,
            money: price.map(|price| quantity / unit * price),
        });
        let priced: Vec<_> = items.iter().filter(|item| item.price > Some(0.0)).collect();
        let total = priced.iter().filter_map(|item| item.money).sum();
        Self { events, total: (!priced.is_empty()).then_some(total), items: items.into() }
    }
}
