//! Common given names, for "given name, then a capitalized word".
//!
//! A modest list of names in wide use on several continents, written down for this project from general knowledge. Names
//! that are first of all ordinary words, months or places ("Will", "May", "Virginia", "Chase") are left out on purpose:
//! each of them costs more wrong findings in prose than it finds persons.

use once_cell::sync::Lazy;
use rustc_hash::FxHashSet;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Sorted.
#[rustfmt::skip]
const GIVEN_NAMES: &[&str] = &[
    "Aaron", "Abdul", "Abdullah", "Abena", "Abigail", "Abraham", "Ada", "Adam", "Adele", "Adrian", "Adriana", "Agnes",
    "Agnieszka", "Ahmed", "Aidan", "Aisha", "Akira", "Alan", "Albert", "Alberto", "Alejandra", "Alejandro", "Aleksandr",
    "Alessandro", "Alessia", "Alex", "Alexander", "Alexandra", "Alexandre", "Alexei", "Alexis", "Alfred", "Alfredo",
    "Ali", "Alice", "Alicia", "Alina", "Alison", "Allan", "Allen", "Allison", "Alma", "Alvin", "Alyssa", "Amanda",
    "Amara", "Amber", "Amelia", "Amina", "Amir", "Amit", "Amy", "Ana", "Anand", "Ananya", "Anastasia", "Anders",
    "Andre", "Andrea", "Andreas", "Andrei", "Andres", "Andrew", "Andrzej", "Andy", "Angel", "Angela", "Angelica",
    "Angelina", "Angelo", "Anil", "Anita", "Anjali", "Ann", "Anna", "Anne", "Annette", "Annie", "Annika", "Anthony",
    "Antonia", "Antonio", "Ariana", "Arjun", "Arlene", "Armando", "Arnold", "Arthur", "Arturo", "Arun", "Asha",
    "Ashley", "Astrid", "Audrey", "Ava", "Ayse", "Barbara", "Barry", "Beatrice", "Beatrix", "Beatriz", "Ben",
    "Benjamin", "Bernard", "Bernice", "Bertha", "Beth", "Bethany", "Betty", "Beverly", "Bianca", "Bilal", "Bill",
    "Billy", "Bjorn", "Bob", "Bobby", "Bogdan", "Bonnie", "Boris", "Brad", "Bradley", "Bram", "Brandi", "Brandon",
    "Brenda", "Brendan", "Brent", "Brett", "Brian", "Brianna", "Bridget", "Brittany", "Brooke", "Bruce", "Bruno",
    "Bryan", "Byron", "Calvin", "Cameron", "Camila", "Camille", "Carl", "Carla", "Carlos", "Carmen", "Carol", "Carole",
    "Caroline", "Carolyn", "Carrie", "Casey", "Cassandra", "Catherine", "Cathy", "Cecilia", "Cesar", "Chad", "Charlene",
    "Charles", "Charlie", "Charlotte", "Cheryl", "Chiara", "Chidi", "Chloe", "Chris", "Christian", "Christina",
    "Christine", "Christopher", "Cindy", "Claire", "Clara", "Clarence", "Claudia", "Claudio", "Clayton", "Clifford",
    "Clinton", "Cody", "Colin", "Colleen", "Connie", "Connor", "Constance", "Corey", "Costas", "Courtney", "Craig",
    "Cristina", "Crystal", "Curtis", "Cynthia", "Daan", "Dale", "Dan", "Dana", "Daniel", "Daniela", "Danielle", "Danny",
    "Darlene", "Darrell", "Darren", "Dave", "David", "Dawn", "Dean", "Deanna", "Debbie", "Deborah", "Debra", "Deepak",
    "Delores", "Denis", "Denise", "Dennis", "Derek", "Derrick", "Diana", "Diane", "Diego", "Dieter", "Dimitri",
    "Dimitris", "Dmitri", "Dmitry", "Dolores", "Dominic", "Donald", "Donna", "Dora", "Doris", "Dorothy", "Doug",
    "Douglas", "Dragan", "Duane", "Dustin", "Dwayne", "Dylan", "Earl", "Eddie", "Edgar", "Edith", "Edna", "Eduardo",
    "Edward", "Edwin", "Eileen", "Elaine", "Eleanor", "Elena", "Eleni", "Eli", "Elias", "Elif", "Elijah", "Elisa",
    "Elisabeth", "Elise", "Elizabeth", "Ella", "Ellen", "Elsie", "Emil", "Emilia", "Emily", "Emma", "Emmanuel", "Emre",
    "Enrique", "Eric", "Erica", "Erik", "Erika", "Erin", "Ernest", "Esther", "Eszter", "Ethan", "Ethel", "Eugene",
    "Eunice", "Eva", "Evan", "Evelyn", "Ewa", "Fatima", "Fatma", "Felicia", "Felipe", "Felix", "Femke", "Fernando",
    "Fiona", "Florence", "Frances", "Francesca", "Francesco", "Francis", "Francisco", "Francois", "Frank", "Franklin",
    "Fred", "Freddie", "Frederick", "Freya", "Fritz", "Gabriel", "Gabriela", "Gabrielle", "Gail", "Galina", "Gary",
    "Gavin", "Gene", "Geoffrey", "George", "Gerald", "Geraldine", "Gerard", "Gergely", "Gerhard", "Gertrude", "Gilbert",
    "Gina", "Giorgio", "Giorgos", "Giovanni", "Giulia", "Giuseppe", "Gladys", "Glen", "Glenn", "Gloria", "Gordon",
    "Grace", "Greg", "Gregory", "Greta", "Guillermo", "Gunnar", "Gustavo", "Gwendolyn", "Hamza", "Hannah", "Hans",
    "Harold", "Harriet", "Harry", "Haruto", "Harvey", "Hassan", "Hazel", "Heather", "Hector", "Heidi", "Heinrich",
    "Helen", "Helena", "Helga", "Henrik", "Henry", "Herbert", "Herman", "Hilda", "Hiroshi", "Holly", "Howard", "Hugh",
    "Hugo", "Hyun", "Ian", "Ibrahim", "Ida", "Ignacio", "Igor", "Imran", "Ines", "Ingrid", "Irene", "Irina", "Iris",
    "Irma", "Isaac", "Isabel", "Isabella", "Isabelle", "Isaiah", "Ismail", "Istvan", "Ivan", "Ivana", "Jack", "Jackie",
    "Jackson", "Jacob", "Jacqueline", "Jacques", "Jaime", "Jake", "Jakub", "James", "Jamie", "Jan", "Jane", "Janet",
    "Janice", "Jared", "Jasmine", "Jason", "Javier", "Jean", "Jeanette", "Jeanne", "Jeff", "Jeffery", "Jeffrey",
    "Jelena", "Jenna", "Jennie", "Jennifer", "Jenny", "Jeremiah", "Jeremy", "Jerome", "Jerry", "Jerzy", "Jesse",
    "Jessica", "Jesus", "Jill", "Jim", "Jimmy", "Jing", "Joan", "Joann", "Joanna", "Joanne", "Joao", "Joaquin", "Joe",
    "Joel", "Johan", "Johanna", "Johannes", "John", "Johnny", "Jon", "Jonas", "Jonathan", "Jorge", "Jose", "Josef",
    "Joseph", "Josephine", "Joshua", "Jovan", "Joyce", "Juan", "Juana", "Juanita", "Judith", "Judy", "Julia", "Julian",
    "Juliana", "Julie", "Julien", "Julio", "Jurgen", "Justin", "Kamal", "Karen", "Karim", "Karin", "Karl", "Karla",
    "Katalin", "Katarzyna", "Kate", "Katerina", "Katherine", "Kathleen", "Kathryn", "Kathy", "Katie", "Katrina",
    "Kayla", "Keiko", "Keith", "Kelly", "Ken", "Kenji", "Kenneth", "Kenny", "Kerry", "Kevin", "Khadija", "Khalid",
    "Kim", "Kimberly", "Kirk", "Klaus", "Kofi", "Kristen", "Kristin", "Kristina", "Krzysztof", "Kurt", "Kwame", "Kyle",
    "Lakshmi", "Larissa", "Larry", "Lars", "Laszlo", "Latoya", "Laura", "Lauren", "Laurence", "Laurie", "Lawrence",
    "Layla", "Leah", "Lee", "Leila", "Lena", "Leo", "Leon", "Leonard", "Leonardo", "Leonor", "Leroy", "Leslie",
    "Lester", "Leticia", "Lewis", "Liam", "Liesel", "Lillian", "Lillie", "Lily", "Linda", "Lindsay", "Lindsey", "Linh",
    "Lisa", "Lloyd", "Logan", "Lois", "Lola", "Lorena", "Lorenzo", "Loretta", "Lori", "Lorraine", "Louis", "Louise",
    "Luca", "Lucas", "Lucia", "Lucie", "Lucille", "Lucy", "Ludmila", "Luigi", "Luis", "Luisa", "Lukas", "Luke", "Lydia",
    "Lynn", "Maarten", "Madeline", "Madison", "Magda", "Magdalena", "Mahmoud", "Malcolm", "Malgorzata", "Manuel",
    "Marc", "Marcel", "Marcia", "Marco", "Marcos", "Marcus", "Marek", "Margaret", "Margarita", "Margot", "Maria",
    "Mariana", "Marianne", "Marie", "Marija", "Marilyn", "Marina", "Mario", "Marion", "Marjorie", "Mark", "Markus",
    "Marlene", "Marsha", "Marta", "Martha", "Martin", "Martina", "Marvin", "Mary", "Maryam", "Mateo", "Mathilde",
    "Matteo", "Matthew", "Matthias", "Maureen", "Maurice", "Max", "Maxwell", "Megan", "Mehmet", "Mei", "Melanie",
    "Melinda", "Melissa", "Melvin", "Meredith", "Mia", "Michael", "Michaela", "Michel", "Michele", "Michelle", "Miguel",
    "Mikael", "Mike", "Mikhail", "Mildred", "Milton", "Minh", "Minnie", "Miriam", "Mitchell", "Mohamed", "Mohammad",
    "Mohammed", "Mohan", "Moira", "Molly", "Monica", "Monique", "Morgan", "Muhammad", "Mustafa", "Myrtle", "Nadeem",
    "Nadia", "Nancy", "Naomi", "Natalia", "Natalie", "Natasha", "Nathalie", "Nathan", "Nathaniel", "Neha", "Neil",
    "Nellie", "Nelson", "Ngozi", "Nicholas", "Nick", "Nicola", "Nicolas", "Nicole", "Nigel", "Nikita", "Nikola",
    "Nikolai", "Nikos", "Nina", "Noah", "Noel", "Nomvula", "Nora", "Norma", "Norman", "Oksana", "Olga", "Oliver",
    "Olivia", "Oluwaseun", "Omar", "Oscar", "Otto", "Owen", "Pablo", "Pamela", "Paolo", "Patrice", "Patricia",
    "Patrick", "Paul", "Paula", "Paulina", "Pauline", "Pavel", "Pedro", "Peggy", "Perry", "Petar", "Peter", "Petra",
    "Philip", "Philippe", "Phillip", "Phyllis", "Pierre", "Pieter", "Pilar", "Piotr", "Pooja", "Priya", "Rachel",
    "Rafael", "Rahul", "Raj", "Rajesh", "Ralph", "Ramesh", "Ramon", "Ramona", "Randall", "Randy", "Raquel", "Rashid",
    "Raul", "Ravi", "Raymond", "Rebecca", "Regina", "Renee", "Rhonda", "Ricardo", "Richard", "Rick", "Ricky", "Rita",
    "Robert", "Roberta", "Roberto", "Robin", "Rocio", "Rodney", "Rodrigo", "Roger", "Rohan", "Roland", "Ron", "Ronald",
    "Ronnie", "Rosa", "Rosalie", "Rosemary", "Rosie", "Ross", "Roxanne", "Roy", "Ruben", "Ruby", "Rudolf", "Russell",
    "Ruth", "Ryan", "Sabrina", "Saeed", "Sally", "Sam", "Samantha", "Samir", "Samuel", "Sandra", "Sanjana", "Sanjay",
    "Sanne", "Sara", "Sarah", "Scott", "Sean", "Sebastian", "Sergei", "Sergio", "Seth", "Shane", "Shannon", "Sharon",
    "Shaun", "Shawn", "Sheila", "Shelby", "Sherlock", "Sherry", "Shirley", "Sidney", "Sigrid", "Silvia", "Simon",
    "Simone", "Sipho", "Sofia", "Sonia", "Sophia", "Sophie", "Stacey", "Stacy", "Stanley", "Stefan", "Stefano",
    "Stella", "Stephanie", "Stephen", "Steve", "Steven", "Stewart", "Stuart", "Suleiman", "Sunil", "Sunita", "Suresh",
    "Susan", "Susanne", "Suzanne", "Sven", "Svetlana", "Sylvia", "Takashi", "Tamara", "Tammy", "Tanya", "Tara", "Taras",
    "Tariq", "Tatiana", "Ted", "Teresa", "Terrance", "Terri", "Terry", "Thabo", "Thanh", "Thelma", "Theodore",
    "Theresa", "Thiago", "Thierry", "Thomas", "Tiffany", "Tim", "Timothy", "Tina", "Todd", "Tom", "Tomas", "Tomasz",
    "Tommy", "Toni", "Tony", "Torsten", "Tracey", "Tracy", "Travis", "Trevor", "Troy", "Tyler", "Ulrich", "Ursula",
    "Usman", "Uwe", "Valentina", "Valerie", "Vanessa", "Vera", "Vernon", "Veronica", "Vicki", "Vickie", "Victor",
    "Victoria", "Vijay", "Vikram", "Viktor", "Vincent", "Violet", "Vivian", "Vladimir", "Wallace", "Walter", "Wanda",
    "Warren", "Wayne", "Wei", "Wendy", "Werner", "Wesley", "Wilhelm", "Willard", "William", "Willie", "Wilma",
    "Winston", "Wojciech", "Wolfgang", "Xavier", "Ximena", "Yan", "Yasmin", "Yiannis", "Yolanda", "Yuki", "Yuko",
    "Yulia", "Yuri", "Yusuf", "Yves", "Yvonne", "Zachary", "Zainab", "Zara", "Zoe", "Zofia", "Zoltan", "Zsofia",
];

static LISTED: Lazy<FxHashSet<&str>> = Lazy::new(|| GIVEN_NAMES.iter().copied().collect());

/// Returns `true` if a word is a listed given name. The case counts, accents do not; both parts of "Anne-Marie" may be the listed one.
pub(super) fn contains(word: &str) -> bool {
    let listed = |w: &str| LISTED.contains(w) || (!w.is_ascii() && LISTED.contains(without_accents(w).as_str()));
    let is_pair = |(first, second): (&str, &str)| {
        listed(first) && !second.is_empty() || listed(second) && first.starts_with(char::is_uppercase)
    };
    listed(word) || word.split_once('-').is_some_and(is_pair)
}

fn without_accents(word: &str) -> String {
    word.nfd().filter(|&c| !is_combining_mark(c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorted_without_doubles() {
        assert!(GIVEN_NAMES.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn finds_simple_and_compound_names() {
        assert!(contains("Susan"));
        assert!(contains("Anne-Marie") && contains("Horst-Dieter") && !contains("non-Dieter"));
        assert!(contains("María") && contains("José") && contains("Jürgen") && !contains("Zürich"));
        assert!(!contains("Will"));
        assert!(!contains("susan"));
    }
}
