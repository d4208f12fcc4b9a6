//! Names of Lambda functions: R14.7.

/// An ARN of a Lambda function,
/// `arn:{partition}:lambda:{region}:{account}:function:{name}[:{qualifier}]`, in its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FunctionArn<'a> {
    partition: &'a str,
    region: &'a str,
    account: &'a str,
    pub(super) name: &'a str,
    pub(super) qualifier: Option<&'a str>,
}

impl<'a> FunctionArn<'a> {
    /// The parts of `text`, if it has all of them and nothing more.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(':');
        let mut next = || parts.next();
        let ("arn", partition, "lambda") = (next()?, next()?, next()?) else {
            return None;
        };
        let (region, account) = (next()?, next()?);
        let ("function", name) = (next()?, next()?) else {
            return None;
        };
        let arn = Self { partition, region, account, name, qualifier: next() };
        let complete = !name.is_empty() && arn.qualifier != Some("") && next().is_none();
        complete.then_some(arn)
    }

    /// Whether both name the same function, whatever their qualifiers.
    pub(super) fn is_same_function(self, other: Self) -> bool {
        Self { qualifier: None, ..self } == Self { qualifier: None, ..other }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R14.7: parsed, not searched.
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

    /// R14.7: less or more than an ARN of a function is none.
    #[test]
    fn other_texts_are_no_function() {
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
