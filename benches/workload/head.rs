//! Heads of messages, built as hyper builds them: the values are slices of one shared buffer,
//! names that are not standard own their bytes, and the map has room for exactly what came.

use bytes::Bytes;
use firstparty::http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri,
};
use serde_json::Value;

/// The head of a request.
#[derive(Clone)]
pub struct RequestHead {
    pub method: Method,
    pub uri: String,
    pub fields: Fields,
}

/// The head of a response.
#[derive(Clone)]
pub struct ResponseHead {
    status: StatusCode,
    pub fields: Fields,
}

/// Fields in their order.
#[derive(Clone, Default)]
pub struct Fields(pub Vec<(String, String)>);

impl RequestHead {
    pub fn from_json(json: &Value) -> Self {
        Self {
            method: json["method"].as_str().unwrap().parse().unwrap(),
            uri: json["uri"].as_str().unwrap().to_owned(),
            fields: Fields::from_json(&json["headers"]),
        }
    }

    /// As from HTTP/1: the target is a slice of the buffer, too.
    pub fn build(&self) -> Request<()> {
        let (target, headers) = self.fields.build(&self.uri);
        let mut request = Request::new(());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = Uri::from_maybe_shared(target).unwrap();
        *request.headers_mut() = headers;
        request
    }

    /// As from HTTP/2: the host is in the URI, each value owns its bytes, and each cookie came in
    /// a field of its own.
    pub fn build_h2(&self) -> Request<()> {
        let host = self.fields.get("host").to_owned();
        let mut request = Request::new(());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = format!("https://{host}{}", self.uri).parse().unwrap();
        let mut fields = Fields::default();
        for (name, value) in &self.fields.0 {
            match &*name.to_ascii_lowercase() {
                "host" => {}
                "cookie" => value.split("; ").for_each(|pair| fields.push(name, pair)),
                _ => fields.push(name, value),
            }
        }
        *request.headers_mut() = fields.build_owned();
        request
    }
}

impl ResponseHead {
    pub fn from_json(json: &Value) -> Self {
        let status = json["status"].as_u64().unwrap();
        Self {
            status: StatusCode::from_u16(status.try_into().unwrap()).unwrap(),
            fields: Fields::from_json(&json["headers"]),
        }
    }

    pub fn build(&self) -> Response<()> {
        let mut response = Response::new(());
        *response.status_mut() = self.status;
        *response.headers_mut() = self.fields.build("").1;
        response
    }

    /// D2: the same as JavaScript, with ages to cap and domains of another site.
    pub fn as_script_with_foreign_cookies(&self) -> Self {
        let mut script = self.clone();
        for (name, value) in &mut script.fields.0 {
            match &**name {
                "Content-Type" => *value = "text/javascript; charset=utf-8".into(),
                "Cache-Control" => *value = "public, max-age=40400, s-maxage=1000".into(),
                "Set-Cookie" => *value = value.replace("Domain=example.com", "Domain=fpjs.io"),
                _ => {}
            }
        }
        script
    }
}

impl Fields {
    fn from_json(json: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let fields = json.as_array().unwrap().iter();
        Self(fields.map(|field| (text(&field[0]), text(&field[1]))).collect())
    }

    pub fn push(&mut self, name: &str, value: &str) {
        self.0.push((name.to_owned(), value.to_owned()));
    }

    pub fn get(&self, wanted: &str) -> &str {
        let mut fields = self.0.iter();
        let found = fields.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        &found.expect("the field is there").1
    }

    pub fn set(&mut self, wanted: &str, value: String) {
        let mut fields = self.0.iter_mut();
        let found = fields.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.expect("the field is there").1 = value;
    }

    /// The target and the map, on one buffer.
    fn build(&self, target: &str) -> (Bytes, HeaderMap) {
        let size = target.len() + self.0.iter().map(|(_, value)| value.len()).sum::<usize>();
        let mut buffer = Vec::with_capacity(size + 1);
        buffer.extend_from_slice(target.as_bytes());
        for (_, value) in &self.0 {
            buffer.extend_from_slice(value.as_bytes());
        }
        let buffer = Bytes::from(buffer);
        let mut start = target.len();
        let mut headers = HeaderMap::new();
        headers.reserve(self.0.len());
        for (name, value) in &self.0 {
            let slice = buffer.slice(start..start + value.len());
            start += value.len();
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_maybe_shared(slice).unwrap());
        }
        (buffer.slice(..target.len()), headers)
    }

    /// The map, each value on its own.
    fn build_owned(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.reserve(self.0.len());
        for (name, value) in &self.0 {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        headers
    }
}
