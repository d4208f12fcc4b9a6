//! Reads members of replies, which may be any JSON.

use serde_json::Value;

/// The member `name` of an object, if it is a string that is not empty.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str().filter(|text| !text.is_empty())
}

/// The member `name` of an object, taken out of it, if it is an object.
pub(super) fn take_object(value: &mut Value, name: &str) -> Option<Value> {
    value.get_mut(name).filter(|member| member.is_object()).map(Value::take)
}

/// The elements of a list in the API's form, `{"Quantity": n, "Items": […]}`.
pub(super) fn items(list: &mut Value) -> &mut [Value] {
    let items = list.get_mut("Items").and_then(Value::as_array_mut);
    items.map_or(&mut [], Vec::as_mut_slice)
}

/// The elements of the member `name`, a list as in [`items`].
pub(super) fn items_of<'a>(value: &'a mut Value, name: &str) -> &'a mut [Value] {
    value.get_mut(name).map_or(&mut [], items)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Replies are JSON of any shape: members are missing, or have the wrong type.
    #[test]
    fn any_shape_is_read_without_panic() {
        for odd in [json!(null), json!([]), json!("x"), json!(1), json!({"a": null}), json!({})] {
            let mut value = odd.clone();
            assert_eq!(text(&value, "a"), None);
            assert_eq!(take_object(&mut value, "a"), None);
            assert!(items_of(&mut value, "a").is_empty());
            assert_eq!(value, odd);
        }
        assert_eq!(text(&json!({"a": ""}), "a"), None);
        assert_eq!(text(&json!({"a": "x"}), "a"), Some("x"));
        assert_eq!(take_object(&mut json!({"a": {"b": 1}}), "a"), Some(json!({"b": 1})));
        assert_eq!(items_of(&mut json!({"a": {"Items": [1, 2]}}), "a").len(), 2);
    }
}
