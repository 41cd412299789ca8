//! Words that invented things are made of; the plain spelling goes into addresses.

/// First names, as written and in plain letters.
pub const FIRST: [(&str, &str); 24] = [
    ("Ines", "ines"),
    ("Jo", "jo"),
    ("Mara", "mara"),
    ("Zoë", "zoe"),
    ("Łukasz", "lukasz"),
    ("Søren", "soren"),
    ("Amina", "amina"),
    ("Takeshi", "takeshi"),
    ("Priya", "priya"),
    ("Noor", "noor"),
    ("Caitlín", "caitlin"),
    ("Diego", "diego"),
    ("Oksana", "oksana"),
    ("Björn", "bjorn"),
    ("Wei", "wei"),
    ("Thabo", "thabo"),
    ("Leila", "leila"),
    ("Émile", "emile"),
    ("Grace", "grace"),
    ("Yusuf", "yusuf"),
    ("Anneke", "anneke"),
    ("Ravi", "ravi"),
    ("Sofía", "sofia"),
    ("Kofi", "kofi"),
];

/// Last names, as written and in plain letters.
pub const LAST: [(&str, &str); 24] = [
    ("Dupont", "dupont"),
    ("Lind", "lind"),
    ("Okafor", "okafor"),
    ("O'Brien", "obrien"),
    ("Müller", "muller"),
    ("Nakamura", "nakamura"),
    ("García", "garcia"),
    ("Kowalska", "kowalska"),
    ("Haddad", "haddad"),
    ("van Dijk", "vandijk"),
    ("Nguyễn", "nguyen"),
    ("Sørensen", "sorensen"),
    ("Mbeki", "mbeki"),
    ("Rossi", "rossi"),
    ("Novák", "novak"),
    ("Singh", "singh"),
    ("Ferreira", "ferreira"),
    ("Yılmaz", "yilmaz"),
    ("Chen", "chen"),
    ("Adeyemi", "adeyemi"),
    ("Larsson", "larsson"),
    ("Costa", "costa"),
    ("Petrov", "petrov"),
    ("Ito", "ito"),
];

/// Job titles with their seniority and department.
pub const TITLES: [(&str, &str, &str); 12] = [
    ("Head of Growth", "head", "marketing"),
    ("CFO", "c_suite", "finance"),
    ("RevOps Lead", "senior", "sales"),
    ("Account Executive", "entry", "sales"),
    ("VP Engineering", "vp", "engineering"),
    ("Product Manager", "manager", "product"),
    ("IT Director", "director", "information_technology"),
    ("Customer Success Manager", "manager", "support"),
    ("Founder", "founder", "c_suite"),
    ("Data Analyst", "entry", "operations"),
    ("Chief Marketing Officer", "c_suite", "marketing"),
    ("Sales Development Representative", "entry", "sales"),
];

/// City, country, time zone and telephone prefix.
pub const PLACES: [(&str, &str, &str, &str); 8] = [
    ("Lyon", "France", "Europe/Paris", "+331555"),
    ("Malmö", "Sweden", "Europe/Stockholm", "+465550"),
    ("Lagos", "Nigeria", "Africa/Lagos", "+234155"),
    ("Austin", "United States", "America/Chicago", "+151255"),
    ("Osaka", "Japan", "Asia/Tokyo", "+816555"),
    ("São Paulo", "Brazil", "America/Sao_Paulo", "+551155"),
    ("Pune", "India", "Asia/Kolkata", "+912055"),
    ("Leeds", "United Kingdom", "Europe/London", "+441135"),
];

/// First halves of company names.
pub const COMPANY_HEADS: [&str; 16] = [
    "Bright", "North", "Clear", "Iron", "Silver", "Quiet", "Rapid", "Green", "Stone", "Blue", "Open",
    "Golden", "High", "Deep", "Swift", "Wide",
];

/// Second halves of company names.
pub const COMPANY_TAILS: [&str; 16] = [
    "loom", "field", "water", "forge", "leaf", "harbor", "signal", "works", "bridge", "cloud", "mill",
    "gate", "ridge", "path", "light", "craft",
];

/// Industries.
pub const INDUSTRIES: [&str; 6] = [
    "computer software",
    "financial services",
    "logistics & supply chain",
    "hospital & health care",
    "retail",
    "renewables & environment",
];
