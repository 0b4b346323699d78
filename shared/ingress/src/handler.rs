//! From a request to its answer.

use aws_lambda_events::lambda_function_urls::{LambdaFunctionUrlRequest, LambdaFunctionUrlResponse};
use callbacks::{CloudEvent, Product, decode};
use delivery::{Delivery, Intake};
use serde_json::value::RawValue;

use crate::request;
use crate::response::Answer;

/// What a function needs for each request; made once, when it starts.
pub(crate) struct Handler {
    pub(crate) product: Product,
    pub(crate) intake: Intake,
}

impl Handler {
    /// Answers what Lambda was invoked with.
    ///
    /// It is taken as JSON first: the runtime's own message for what is no function URL request would repeat it.
    pub(crate) async fn handle(&self, payload: Box<RawValue>) -> LambdaFunctionUrlResponse {
        let Ok(request) = serde_json::from_str(payload.get()) else {
            tracing::warn!(product = %self.product, "an invocation that is no function URL request was refused");
            return Answer::NotARequest.into();
        };
        drop(payload);
        self.answer(request).await.into()
    }

    async fn answer(&self, mut request: LambdaFunctionUrlRequest) -> Answer {
        let product = self.product;
        if request::method(&request) != "POST" {
            tracing::info!(%product, "a request that is not a POST was refused");
            return Answer::NotPost;
        }
        let received = request::received(&request);
        let body = request::body(&mut request);
        let events: Vec<CloudEvent> =
            decode(product, &body, received).into_iter().map(|decoded| decoded.event).collect();
        if let Err(error) =
            self.intake.store(&events, &Delivery { trace: None, within: product.answer_within() / 2 }).await
        {
            tracing::error!(%product, %error, events = events.len(), "the events of a callback were not stored");
            return Answer::NotStored;
        }
        for event in &events {
            tracing::info!(%product, id = event.id, r#type = event.r#type, bytes = body.len(), "an event was stored");
        }
        Answer::Stored { events: events.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn answer(method: &str, body: &str) -> (Answer, Vec<CloudEvent>) {
        let handler = Handler { product: Product::TencentVod, intake: Intake::memory() };
        let mut request = LambdaFunctionUrlRequest::default();
        request.request_context.http.method = Some(method.to_owned());
        request.body = Some(body.to_owned());
        let answer = handler.answer(request).await;
        let Intake::Memory(stored) = handler.intake else { panic!() };
        (answer, stored.into_inner().unwrap())
    }

    #[tokio::test(flavor = "current_thread")]
    async fn whatever_is_posted_is_stored() {
        for body in ["{}", "", "not JSON", r#"{"EventType":"BrandNew"}"#] {
            let (answer, stored) = answer("POST", body).await;
            assert_eq!(answer, Answer::Stored { events: 1 }, "{body}");
            assert_eq!(stored.len(), 1, "{body}");
        }
    }

    #[tokio::test(flavor = "current_thread")]
    async fn what_is_no_request_is_refused_without_repeating_it() {
        let handler = Handler { product: Product::TencentVod, intake: Intake::memory() };
        for payload in [r#""SECRET""#, "{}", r#"{"headers":{"SECRET name":"x"},"requestContext":{}}"#, "null"] {
            let response = handler.handle(RawValue::from_string(payload.to_owned()).unwrap()).await;
            assert_eq!(response.status_code, 400, "{payload}");
            assert!(!response.body.unwrap().contains("SECRET"), "{payload}");
        }
    }

    #[tokio::test(flavor = "current_thread")]
    async fn nothing_else_than_a_post_is_stored() {
        for method in ["GET", "PUT", "HEAD", "OPTIONS", "post", ""] {
            let (answer, stored) = answer(method, "{}").await;
            assert_eq!(answer, Answer::NotPost, "{method}");
            assert!(stored.is_empty(), "{method}");
        }
    }
}
