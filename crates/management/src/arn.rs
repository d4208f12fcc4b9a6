//! ARNs of Lambda functions (R14.7).

/// The parts of a Lambda function's ARN,
/// `arn:{partition}:lambda:{region}:{account}:function:{name}[:{qualifier}]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FunctionArn<'a> {
    partition: &'a str,
    region: &'a str,
    account: &'a str,
    pub(super) name: &'a str,
    pub(super) qualifier: Option<&'a str>,
}

impl<'a> FunctionArn<'a> {
    /// Reads an ARN that names a function, with a qualifier or without.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let parts: Vec<&str> = text.split(':').collect();
        let (function, qualifier) = match parts.as_slice() {
            [function @ .., qualifier] if function.len() == 7 => (function, Some(*qualifier)),
            function => (function, None),
        };
        match *function {
            ["arn", partition, "lambda", region, account, "function", name]
                if !name.is_empty() && qualifier != Some("") =>
            {
                Some(Self { partition, region, account, name, qualifier })
            }
            _ => None,
        }
    }

    /// Whether both name the same function. Qualifiers do not count.
    pub(super) fn is_same_function(self, other: Self) -> bool {
        Self { qualifier: None, ..self } == Self { qualifier: None, ..other }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R14.7: an ARN is parsed into its parts.
    #[test]
    fn parts_are_told_apart() {
        let arn =
            FunctionArn::parse("arn:aws:lambda:us-east-1:123456789012:function:edge:7").unwrap();
        assert_eq!((arn.name, arn.qualifier), ("edge", Some("7")));
        let unqualified = FunctionArn::parse("arn:aws:lambda:us-east-1:123456789012:function:edge");
        assert_eq!(unqualified.unwrap().qualifier, None);
        assert!(arn.is_same_function(unqualified.unwrap()));
    }

    /// R14.7: a name that contains this function's name is another function, and so is the same
    /// name elsewhere.
    #[test]
    fn other_functions_are_not_this_one() {
        let this = FunctionArn::parse("arn:aws:lambda:us-east-1:1:function:edge:7").unwrap();
        for other in [
            "arn:aws:lambda:us-east-1:1:function:my-edge:7",
            "arn:aws:lambda:us-east-1:1:function:edge-2:7",
            "arn:aws:lambda:us-east-1:2:function:edge:7",
            "arn:aws:lambda:us-east-2:1:function:edge:7",
            "arn:aws-cn:lambda:us-east-1:1:function:edge:7",
        ] {
            assert!(!this.is_same_function(FunctionArn::parse(other).unwrap()), "{other}");
        }
    }

    /// R14.7: text with fewer or more parts is not the ARN of a function.
    #[test]
    fn other_texts_are_not_functions() {
        for text in [
            "",
            "edge",
            "edge:7",
            "arn",
            "arn:aws",
            "arn:aws:lambda",
            "arn:aws:lambda:us-east-1",
            "arn:aws:lambda:us-east-1:1",
            "arn:aws:lambda:us-east-1:1:function",
            "arn:aws:lambda:us-east-1:1:function:",
            "arn:aws:lambda:us-east-1:1:function:edge:",
            "arn:aws:lambda:us-east-1:1:function:edge:7:8",
            "arn:aws:lambda:us-east-1:1:layer:edge:7",
            "arn:aws:s3:us-east-1:1:function:edge:7",
            "ARN:aws:lambda:us-east-1:1:function:edge:7",
        ] {
            assert_eq!(FunctionArn::parse(text), None, "{text}");
        }
    }
}
