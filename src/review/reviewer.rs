//! People and teams by the names that a code host takes.

use crate::policy::{Id, Party, Policy, Role};

/// How a policy's roles and teams are known to the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hosting<'a> {
    /// By their people, each by a login or an address
    People,
    /// By a team of this organization, called as the role or the team is
    Organization(&'a str),
}

/// Someone whom a host can ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reviewer {
    /// Someone by a login
    User(String),
    /// Someone by an address of theirs
    Email(String),
    /// The members of a team
    Team {
        /// The organization that the team belongs to.
        organization: String,
        /// What the host calls it in addresses.
        slug: String,
    },
}

impl Reviewer {
    /// As a CODEOWNERS file writes it.
    pub fn handle(&self) -> String {
        match self {
            Self::User(login) => format!("@{login}"),
            Self::Email(address) => address.clone(),
            Self::Team { organization, slug } => format!("@{organization}/{slug}"),
        }
    }

    /// Whether both are one to the host, which takes no notice of capitals.
    pub fn is(&self, other: &Self) -> bool {
        self.handle().eq_ignore_ascii_case(&other.handle())
    }

    /// Someone by the name that their approvals carry; none where no host could have given it.
    pub fn person(name: &str) -> Option<Self> {
        if is_login(name) {
            return Some(Self::User(name.to_owned()));
        }
        is_address(name).then(|| Self::Email(name.to_owned()))
    }
}

impl Hosting<'_> {
    /// Whom to ask for some roles, each once, in order.
    pub fn roles(self, policy: &Policy, roles: &[Id<Role>]) -> Vec<Reviewer> {
        let all = roles.iter().flat_map(|role| self.role(policy, *role)).collect();
        once(all)
    }

    /// Whom to ask for who answers for something.
    pub fn party(self, policy: &Policy, party: &Party) -> Vec<Reviewer> {
        let found = match party {
            Party::Role(role) => self.role(policy, *role),
            Party::Team(team) => {
                let team = &policy.teams[*team];
                self.group(&team.name, team.members.iter().map(String::as_str))
            }
            Party::Person(name) => Reviewer::person(name).into_iter().collect(),
        };
        once(found)
    }

    fn role(self, policy: &Policy, role: Id<Role>) -> Vec<Reviewer> {
        let role = &policy.roles[role];
        let teams = role.teams.iter().flat_map(|team| &policy.teams[*team].members);
        self.group(&role.name, role.members.iter().chain(teams).map(String::as_str))
    }

    fn group<'n>(self, name: &str, people: impl Iterator<Item = &'n str>) -> Vec<Reviewer> {
        match self {
            Self::People => people.filter_map(Reviewer::person).collect(),
            Self::Organization(organization) => {
                vec![Reviewer::Team { organization: organization.to_owned(), slug: name.to_lowercase() }]
            }
        }
    }
}

fn once(all: Vec<Reviewer>) -> Vec<Reviewer> {
    let mut found: Vec<Reviewer> = Vec::new();
    for reviewer in all {
        if !found.iter().any(|known| known.is(&reviewer)) {
            found.push(reviewer);
        }
    }
    found
}

/// The longest login, that of a managed account with its company's name behind it included.
const LONGEST_LOGIN: usize = 50;

fn is_login(name: &str) -> bool {
    let sound = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    let ends = |letter: char| letter == '-' || letter == '_';
    !name.is_empty()
        && name.len() <= LONGEST_LOGIN
        && name.chars().all(sound)
        && !name.starts_with(ends)
        && !name.ends_with('-')
}

fn is_address(name: &str) -> bool {
    let sound = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    let Some((local, host)) = name.split_once('@') else { return false };
    let is_local = !local.is_empty() && local.chars().all(|letter| sound(letter) || letter == '+');
    is_local
        && host.contains('.')
        && host.chars().all(sound)
        && !host.starts_with('.')
        && !host.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_no_host_gives_are_nobody() {
        for name in ["mara", "Mara-2", "mara_acme", "a"] {
            assert_eq!(Reviewer::person(name), Some(Reviewer::User(name.to_owned())));
        }
        assert_eq!(Reviewer::person("m@x.example").map(|one| one.handle()).as_deref(), Some("m@x.example"));
        for name in ["", "-a", "a b", "a@b", "@a", "a/b", "${{ x }}", "日本語", "a@.b", "a@b@c.d", "a\n@b.c"]
        {
            assert_eq!(Reviewer::person(name), None, "{name}");
        }
    }
}
