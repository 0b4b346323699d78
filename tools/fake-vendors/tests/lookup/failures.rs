//! What goes wrong, and what is refused.

use std::time::Duration;

use callbacks::{NaturalKey, Product};
use fake_vendors::query::{Job, QueryFault};
use lookup::{Answer, Error};
use tokio::time::Instant;
use vendor_api::ApiError;

use crate::{Asked, PRODUCTS, access_key, ago, callbacks_of, in_a_while, is_aliyun, is_askable};

#[tokio::test]
async fn what_a_server_does_wrong_for_a_moment_is_tried_again() {
    for product in PRODUCTS {
        let asked = Asked::new(product);
        let (key, body) = callbacks_of(product).into_iter().find(|(key, body)| is_askable(key, body)).unwrap();
        asked.vendor.add(Job::ended(body, ago(30)));
        asked.vendor.fail([QueryFault::Throttle, QueryFault::Internal]);
        assert_eq!(asked.ended(&key).await.len(), 1);
        asked.vendor.fail([QueryFault::Garbage(502), QueryFault::CutOff]);
        assert_eq!(asked.ended(&key).await.len(), 1);
        assert!(asked.vendor.has_failed());
        asked.vendor.fail([QueryFault::Garbage(200)]);
        assert!(matches!(asked.job(&key).await, Err(Error::Api(ApiError::Response { status: 200, .. }))));
    }
}

#[tokio::test]
async fn a_server_that_is_down_or_silent_ends_with_the_deadline() {
    for product in PRODUCTS {
        let asked = Asked::new(product);
        let (key, body) = callbacks_of(product).into_iter().find(|(key, body)| is_askable(key, body)).unwrap();
        asked.vendor.add(Job::ended(body, ago(30)));
        let soon = || Instant::now() + Duration::from_millis(300);
        asked.vendor.set_down(true);
        assert!(matches!(asked.lookup.job(&key, &asked.key, soon()).await, Err(Error::Deadline)));
        asked.vendor.set_down(false);
        asked.vendor.fail([QueryFault::Stall]);
        assert!(matches!(asked.lookup.job(&key, &asked.key, soon()).await, Err(Error::Deadline)));
        assert_eq!(asked.ended(&key).await.len(), 1);
    }
}

#[tokio::test]
async fn a_key_or_a_clock_that_is_refused_is_told_at_once() {
    for product in PRODUCTS {
        let asked = Asked::new(product);
        let (key, _) = callbacks_of(product).into_iter().find(|(key, body)| is_askable(key, body)).unwrap();
        let error = asked.lookup.job(&key, &access_key("SECRETwrong"), in_a_while()).await.unwrap_err();
        assert!(matches!(error, Error::Api(ApiError::Denied(_))), "{error}");
        assert!(!format!("{error} {error:?}").contains("SECRET"));
        asked.vendor.move_clock(3600);
        let error = asked.job(&key).await.unwrap_err();
        assert!(matches!(error, Error::Api(ApiError::Clock(_))), "{error}");
        assert_eq!(asked.vendor.requests(), 2);
    }
}

/// Nothing of an event chooses the host: a bucket that is not configured is not asked.
#[tokio::test]
async fn a_job_in_another_bucket_or_of_another_product_is_not_asked_about() {
    let asked = Asked::new(Product::TencentCi);
    let key = NaturalKey::new(Product::TencentCi, "job", ["j1".to_owned()]).unwrap();
    for (bucket, region) in
        [("other-1234567890", "ap-chongqing"), ("test-1234567890", "ap-beijing"), ("evil.example/", "x")]
    {
        let error = asked.job(&key.clone().in_bucket(bucket, region)).await.unwrap_err();
        assert!(matches!(error, Error::Bucket), "{error}");
    }
    let other = NaturalKey::new(Product::TencentVod, "task", ["t".to_owned()]).unwrap();
    assert!(matches!(asked.job(&other).await, Err(Error::Product(Product::TencentVod))));
    assert_eq!(asked.vendor.requests(), 0);
    assert!(matches!(asked.job(&key).await, Ok(Answer::Unknown)));
    assert_eq!(asked.vendor.requests(), 1);
}

/// However many are due at once, the vendor has nothing to throttle.
#[tokio::test]
async fn the_vendors_rate_is_kept() {
    for product in PRODUCTS {
        let asked = Asked::new(product);
        let end = NaturalKey::ends(product).next().unwrap();
        let count = if is_aliyun(product) { 40 } else { 120 };
        let asks = (0..count).map(|number| NaturalKey::new(product, end, [format!("x{number}")]).unwrap());
        for key in asks {
            assert!(matches!(asked.job(&key).await, Ok(Answer::Unknown)));
        }
        // No request was throttled, or it would have been sent again.
        assert_eq!(asked.vendor.requests(), count, "{product}");
    }
}
