use super::order::order;
use super::*;
use crate::scim::{Error, urn};
use proptest::prelude::*;
use serde_json::{Value, json};

fn message(operations: Value) -> Value {
    json!({"schemas": [urn::BULK_REQUEST], "Operations": operations})
}

fn post(name: &str, manager: Option<&str>) -> Value {
    let manager = manager.map(|name| json!({"value": format!("bulkId:{name}")}));
    json!({"method": "POST", "path": "/Users", "bulkId": name,
        "data": {"userName": name, "urn:x:User": {"manager": manager}}})
}

/// Carries everything out well, giving each new thing the id `id-NAME`; answers paths, data and faults in the
/// order they came.
fn run(job: &mut Job) -> Vec<(usize, Result<Ask, Fault>)> {
    let mut done = Vec::new();
    while let Some(Step { place, ask }) = job.next_step() {
        let outcome = match &ask {
            Ok(ask) if ask.method == Method::Post => {
                let name = ask.data["userName"].as_str().unwrap();
                Outcome { status: 201, id: Some(format!("id-{name}")), ..Outcome::default() }
            }
            Ok(_) => Outcome { status: 200, ..Outcome::default() },
            Err(_) => Outcome { status: 409, ..Outcome::default() },
        };
        job.settle(place, outcome);
        done.push((place, ask));
    }
    done
}

fn carried_out(operations: Value) -> Vec<(usize, Result<Ask, Fault>)> {
    run(&mut Job::of(Bulk::parse(&message(operations), 1000).unwrap()))
}

/// RFC 7644 §3.7.2: whoever is referred to is made first, and the reference becomes its id.
#[test]
fn references_are_resolved_whichever_way_they_point() {
    let done = carried_out(json!([
        post("ada", Some("boss")),
        post("bob", None),
        post("boss", None),
        {"method": "patch", "path": "/Users/bulkId:bob/", "data": [{"op": "add", "path": "manager",
            "value": ["bulkId:ada", {"value": "bulkId:boss"}, "bulkId:", "see bulkId:ada"]}]},
    ]));
    assert_eq!(done.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [2, 0, 1, 3]);
    let ask = |place: usize| done.iter().find(|(own, _)| *own == place).unwrap().1.as_ref().unwrap();
    assert_eq!(ask(0).data["urn:x:User"]["manager"]["value"], "id-boss");
    assert_eq!(ask(3).path, "/Users/id-bob");
    assert_eq!(
        ask(3).data["Operations"][0]["value"],
        json!(["id-ada", {"value": "id-boss"}, "bulkId:", "see bulkId:ada"])
    );
}

/// RFC 7644 §3.7.1, §3.7.2: a circle, an unknown name and a name used twice are the answers of the operations
/// that have them; whoever needs one of those is told so.
#[test]
fn references_that_cannot_be_resolved_are_told_one_by_one() {
    let done = carried_out(json!([
        post("a", Some("b")),
        post("b", Some("a")),
        post("c", Some("a")),
        post("d", Some("nobody")),
        post("e", Some("e")),
        post("f", None),
        post("f", None),
        post("g", Some("f")),
        post("h", None),
    ]));
    let fault = |place: usize| done.iter().find(|(own, _)| *own == place).unwrap().1.clone().err();
    assert_eq!(fault(0), Some(Fault::Circle { name: "b".into() }));
    assert_eq!(fault(1), Some(Fault::Circle { name: "a".into() }));
    assert_eq!(fault(2), Some(Fault::NotMade { name: "a".into() }));
    assert_eq!(fault(3), Some(Fault::Unknown { name: "nobody".into() }));
    assert_eq!(fault(4), Some(Fault::Circle { name: "e".into() }));
    assert_eq!(fault(5), Some(Fault::Repeated { name: "f".into() }));
    assert_eq!(fault(6), fault(5));
    assert_eq!(fault(7), Some(Fault::NotMade { name: "f".into() }));
    assert_eq!(fault(8), None);
}

/// RFC 7644 §3.7: every part of an operation is checked, and a bad one does not spoil its neighbours.
#[test]
fn a_bad_operation_is_told_and_its_neighbours_are_done() {
    let good = post("a", None);
    let without = |member: &str| {
        let mut operation = good.clone();
        operation.as_object_mut().unwrap().remove(member);
        operation
    };
    let with = |member: &str, value: Value| {
        let mut operation = good.clone();
        operation[member] = value;
        operation
    };
    for (bad, says) in [
        (json!(7), "an object"),
        (without("method"), "method must be"),
        (with("method", json!("GET")), "method must be"),
        (with("method", json!(1)), "method must be"),
        (without("bulkId"), "needs a bulkId"),
        (with("bulkId", json!("")), "must not be empty"),
        (with("bulkId", json!(5)), "bulkId must be a string"),
        (without("path"), "path is missing"),
        (with("path", json!(["/Users"])), "path must be a string"),
        (with("path", json!("/Users?count=1")), "without a query"),
        (with("path", json!("/Us\u{0}ers")), "without a query"),
        (with("version", json!(3)), "version must be a string"),
        (without("data"), "data is missing"),
        (with("data", json!([])), "data must be an object"),
        (json!({"method": "PATCH", "path": "/Users/1", "data": "x"}), "data must be an object"),
    ] {
        let done = carried_out(json!([bad, post("z", None)]));
        let told = done[0].1.clone().unwrap_err();
        assert!(matches!(told, Fault::Malformed { number: 1, .. }), "{bad}: {told}");
        assert!(told.to_string().contains(says), "{bad}: {told}");
        assert!(done[1].1.is_ok());
    }
    let odd = json!({"METHOD": "delete", "Path": "Users/7/", "VERSION": "W/\"1\"", "data": {"x": 1}});
    let expected = Ask {
        method: Method::Delete,
        path: "/Users/7".into(),
        version: Some("W/\"1\"".into()),
        data: Value::Null,
    };
    assert_eq!(carried_out(json!([odd]))[0].1, Ok(expected));
}

/// RFC 7644 §3.7, §3.7.4: what is wrong with the message as a whole refuses it as a whole.
#[test]
fn a_bad_message_is_refused_as_a_whole() {
    let three = json!([post("a", None), post("b", None), post("c", None)]);
    let failing = |count: Value| json!({"failOnErrors": count, "Operations": three});
    for (body, error) in [
        (json!([]), Error::BodyNotObject { expected: "BulkRequest" }),
        (
            json!({"schemas": [urn::PATCH_OP], "Operations": three}),
            Error::OtherMessage { expected: urn::BULK_REQUEST },
        ),
        (json!({}), Fault::NoOperations.into()),
        (json!({"Operations": []}), Fault::NoOperations.into()),
        (json!({"Operations": {}}), Fault::NoOperations.into()),
        (json!({"Operations": three}), Fault::TooManyOperations { count: 3, limit: 2 }.into()),
        (failing(json!(0)), Fault::FailOnErrors.into()),
        (failing(json!(-1)), Fault::FailOnErrors.into()),
        (failing(json!("1")), Fault::FailOnErrors.into()),
        (failing(json!(1.5)), Fault::FailOnErrors.into()),
    ] {
        assert_eq!(Bulk::parse(&body, 2), Err(error), "{body}");
    }
    assert_eq!(Bulk::parse(&json!({"Operations": three}), 3).unwrap().operations(), 3);
}

/// RFC 7644 §3.7.3: the job ends with the error that makes the count full; what came before is told.
#[test]
fn a_job_ends_with_the_last_error_it_may_have() {
    for (allowed, looked_at) in [(json!(1), 2), (json!(2), 4), (json!(3), 5), (Value::Null, 5)] {
        let unknown = |name: &str| post(name, Some("nobody"));
        let operations =
            json!([post("a", None), unknown("b"), post("c", None), unknown("d"), post("e", None)]);
        let body = json!({"failOnErrors": allowed, "Operations": operations});
        let mut job = Job::of(Bulk::parse(&body, 9).unwrap());
        run(&mut job);
        let answer = job.answer();
        assert_eq!(answer["schemas"], json!([urn::BULK_RESPONSE]));
        assert_eq!(answer["Operations"].as_array().unwrap().len(), looked_at, "{allowed}");
        assert_eq!(answer["Operations"][0], json!({"method": "POST", "bulkId": "a", "status": "201"}));
    }
}

/// A chain as long as the message is walked without recursion.
#[test]
fn a_long_chain_is_put_in_order() {
    let needs: Vec<Vec<usize>> =
        (0..200_000).map(|place| if place < 199_999 { vec![place + 1] } else { vec![] }).collect();
    let (order, circular) = order(&needs);
    assert!(order.iter().rev().copied().eq(0..200_000));
    assert!(!circular.contains(&true));
}

fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("bulkId:a".to_owned()),
        Just("bulkId:b".to_owned()),
        Just("/Users".to_owned()),
        Just("/Users/bulkId:a".to_owned()),
        "\\PC{0,8}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        word.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn name() -> impl Strategy<Value = String> {
    const KNOWN: [&str; 8] =
        ["schemas", "Operations", "failOnErrors", "method", "path", "bulkId", "data", "version"];
    prop_oneof![prop::sample::select(&KNOWN).prop_map(str::to_owned), "\\PC{0,5}"]
}

fn any_operation() -> impl Strategy<Value = Value> {
    let method = prop::sample::select(&["POST", "post", "PUT", "PATCH", "DELETE", "GET", ""]);
    let bulk_id = prop::option::of(prop::sample::select(&["a", "b", "c", ""]));
    (method, bulk_id, any_json(), any_json()).prop_map(|(method, bulk_id, path, data)| {
        let path = if path.is_string() { path } else { json!("/Users") };
        json!({"method": method, "bulkId": bulk_id, "path": path, "data": {"userName": "x", "y": data}})
    })
}

proptest! {
    /// Whatever is sent is read or refused, and nothing falls over.
    #[test]
    fn reading_a_message_is_total(body in any_json(), limit in 0_usize..5) {
        if let Ok(bulk) = Bulk::parse(&body, limit) {
            prop_assert!((1..=limit).contains(&bulk.operations()));
            run(&mut Job::of(bulk));
        }
    }

    /// Every operation is looked at once, answered in the order sent, and what it asks for no longer refers
    /// to anything.
    #[test]
    fn a_job_looks_at_every_operation_once(operations in prop::collection::vec(any_operation(), 1..8)) {
        let count = operations.len();
        let mut job = Job::of(Bulk::parse(&message(Value::from(operations)), count).unwrap());
        let done = run(&mut job);
        let mut places: Vec<usize> = done.iter().map(|(place, _)| *place).collect();
        places.sort_unstable();
        prop_assert!(places.into_iter().eq(0..count));
        for (_, ask) in &done {
            if let Ok(ask) = ask {
                prop_assert!(ask.refers_to().is_empty(), "{ask:?}");
            }
        }
        prop_assert_eq!(job.answer()["Operations"].as_array().unwrap().len(), count);
    }
}
