package demo

// Names are common Norwegian given and family names, and names from the
// larger home languages in Norwegian schools. Every person made of them is
// invented.
var (
	given = []string{
		"Emma", "Nora", "Ella", "Sofie", "Olivia", "Maja", "Ingrid", "Leah", "Frida", "Astrid", "Selma", "Sara", "Oda", "Iben", "Hedda",
		"Vilde", "Tuva", "Eline", "Ida", "Amalie", "Thea", "Anna", "Julie", "Marie", "Hanna", "Solveig", "Ronja", "Mathilde", "Signe", "Live",
		"Noah", "Oskar", "Oliver", "Lucas", "Isak", "Aksel", "Emil", "Filip", "Jakob", "Elias", "William", "Henrik", "Magnus", "Theodor", "Jonas",
		"Sander", "Mathias", "Tobias", "Ulrik", "Odin", "Storm", "Even", "Sverre", "Iver", "Mikkel", "Eirik", "Håkon", "Sondre", "Vetle", "Trym",
		"Amina", "Samir", "Layla", "Yusuf", "Maryam", "Omar", "Zofia", "Jakub", "Oliwia", "Kacper", "Sahra", "Abdi", "Fatima", "Ali", "Mariia", "Danylo",
		"Linh", "Minh", "Arun", "Priya", "Elif", "Emre", "Ana", "Mateo", "Máret", "Áilu", "Biret", "Nils Ánte",
	}
	grown = []string{
		"Kari", "Anne", "Ingrid", "Marianne", "Hilde", "Berit", "Randi", "Silje", "Camilla", "Trine", "Mona", "Wenche", "Siri", "Gro", "Tone",
		"Per", "Lars", "Knut", "Geir", "Svein", "Morten", "Terje", "Rune", "Trond", "Stig", "Espen", "Petter", "Øyvind", "Arne", "Bjørn",
		"Nadia", "Hassan", "Agnieszka", "Piotr", "Ayan", "Olena", "Thuy", "Anita", "Jelena", "Ravna",
	}
	family = []string{
		"Hansen", "Johansen", "Olsen", "Larsen", "Andersen", "Pedersen", "Nilsen", "Kristiansen", "Jensen", "Karlsen", "Berg", "Haugen", "Hagen",
		"Dahl", "Lund", "Moen", "Strand", "Bakke", "Solberg", "Vik", "Ness", "Moe", "Sæther", "Aas", "Haug", "Lie", "Holm", "Eide", "Ruud", "Sande",
		"Myhre", "Brekke", "Tangen", "Hauge", "Løken", "Fossum", "Nygård", "Engen", "Skog", "Bjerke",
		"Khan", "Ahmed", "Yusuf", "Nguyen", "Kowalski", "Nowak", "Ali", "Hussain", "Mohamed", "Shevchenko", "Tran", "Yilmaz", "Garcia", "Sara", "Somby",
	}
	places = []string{
		"Fjellhamar", "Nordli", "Åsen", "Bekkevoll", "Granlia", "Furuset øvre", "Lindås", "Elvebakken", "Skogheim", "Vårli", "Tjernlia", "Sørlia",
		"Høgda", "Kirkevoll", "Rønningen", "Haugland", "Brattås", "Myrvang", "Eikelia", "Bjørkås", "Steinsvik", "Vestli", "Østmarka", "Lysås", "Nordvoll",
		"Sjøli", "Storhaug", "Ekrehagen", "Torsvoll", "Ulvåsen", "Ravnås", "Kleiva", "Hovlia", "Tveita nedre", "Orrelia", "Røysås", "Grinda", "Ljosland",
		"Kolbotnlia", "Vikåsen", "Espelia", "Damlia",
	}
)
