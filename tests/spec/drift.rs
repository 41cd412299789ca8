//! Each class of finding, from the moment something is wrong until it is right again (C3), and what it costs
//! (C4): through the real SCIM server and the fake Apollo.

mod life;
mod money;
mod people;
mod users;
