//! The categories of personal data, in the words of a privacy notice, and the class of law each falls under.

use serde::{Deserialize, Serialize};

/// How the UK GDPR treats a category.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Personal data without a special rule.
    Standard,
    /// Special category data, Article 9.
    Special,
    /// Criminal offence data, Article 10.
    Criminal,
}

impl Class {
    /// The class as a heading.
    pub fn title(self) -> &'static str {
        match self {
            Class::Standard => "Personal data",
            Class::Special => "Special category (Art 9)",
            Class::Criminal => "Criminal offence (Art 10)",
        }
    }
}

macro_rules! categories {
    ($( $(#[doc = $doc:literal])* $name:ident $id:literal $title:literal $class:ident ; )*) => {
        /// A category of personal data. Ids are stable for ever: they are stored in inventories and rule files.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        pub enum Category { $( $(#[doc = $doc])* #[serde(rename = $id)] $name, )* }

        impl Category {
            /// Every category, in the order reports show them.
            pub const ALL: &'static [Category] = &[ $( Category::$name, )* ];

            /// The stable id, as rule files and the inventory write it.
            pub fn id(self) -> &'static str { match self { $( Category::$name => $id, )* } }

            /// The name a person reads.
            pub fn title(self) -> &'static str { match self { $( Category::$name => $title, )* } }

            /// Which part of the law it falls under.
            pub fn class(self) -> Class { match self { $( Category::$name => Class::$class, )* } }
        }
    };
}

categories! {
    /// Names of people, user names, handles.
    Name "name" "Names and usernames" Standard;
    /// E-mail, telephone, address, postcode.
    Contact "contact" "Contact details" Standard;
    /// Date of birth, age, nationality, country of residence.
    Demographic "demographic" "Birth, age and nationality" Standard;
    /// Numbers a state gives a person: National Insurance, NHS, passport, licence, tax, education, immigration.
    NationalId "national-id" "National identifiers" Standard;
    /// Numbers of professional registers.
    ProfessionalId "professional-id" "Professional registration" Standard;
    /// Client, resident and case numbers of local systems.
    LocalId "local-id" "Care and customer references" Standard;
    /// Vehicles, meters, council tax: what points to a household.
    Property "property" "Vehicles and household references" Standard;
    /// Job, pay roll, absence, discipline.
    Employment "employment" "Employment" Standard;
    /// Complaints, accidents, incidents.
    ComplaintIncident "complaint-incident" "Complaints and incidents" Standard;
    /// Bank details, cards, pay and debts.
    Financial "financial" "Payments and bank details" Standard;
    /// Addresses of devices and networks.
    OnlineId "online-id" "Online identifiers" Standard;
    /// Passwords, keys, tokens.
    Credential "credential" "Passwords and keys" Standard;
    /// Children and safeguarding; often special or criminal as well.
    ChildSafeguarding "child-safeguarding" "Children and safeguarding" Standard;
    /// Physical and mental health, medication, care.
    Health "health" "Health and care" Special;
    /// Genetic data.
    Genetic "genetic" "Genetic data" Special;
    /// Biometric data used to identify.
    Biometric "biometric" "Biometric data" Special;
    /// Racial or ethnic origin.
    Ethnicity "ethnicity" "Race and ethnic origin" Special;
    /// Religion or belief.
    Religion "religion" "Religion and belief" Special;
    /// Political opinions.
    Political "political" "Political opinions" Special;
    /// Trade-union membership.
    TradeUnion "trade-union" "Trade-union membership" Special;
    /// Sex life and sexual orientation.
    SexLife "sex-life" "Sex life and orientation" Special;
    /// Convictions, cautions, allegations, proceedings, vetting.
    Criminal "criminal" "Criminal offences" Criminal;
}

impl Category {
    /// The category with this id.
    pub fn from_id(id: &str) -> Option<Category> {
        Category::ALL.iter().copied().find(|c| c.id() == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_found_again() {
        for &category in Category::ALL {
            assert_eq!(Category::from_id(category.id()), Some(category));
        }
    }
}
