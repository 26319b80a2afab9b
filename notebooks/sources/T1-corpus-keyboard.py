# %% notebook [raw]
# experiment = "text.corpus-keyboard"
# title = { fr = "Clavier de corpus", en = "Corpus keyboard" }
# file = { fr = "T1-clavier-de-corpus.ipynb", en = "T1-corpus-keyboard.ipynb" }

# %% [markdown] lang="fr"
# # Clavier de corpus
#
# Dans une minute, vous lirez une page écrite à la manière d'un récit, puis vous écrirez à votre tour avec les suites que ce récit vous souffle. Le clavier ne connaît que les textes qu'on lui donne, et il dit d'où il tient chaque bout de phrase.
#
# Il n'y a rien à décider pour commencer : choisissez **Exécuter toutes les cellules** dans le menu **Exécution**. Le laboratoire prête un texte, écrit pour lui.
#
# Pour écrire avec les vôtres (carnets, poèmes, paroles, transcriptions, en fichiers .txt), mettez-les dans un dossier, par exemple `corpora/mes-carnets`, à l'aide du bouton **Charger des fichiers** du navigateur de fichiers. Ouvrez ensuite un terminal et écrivez `artia corpus new ~/artia/corpora/mes-carnets` : on vous demandera le titre, l'auteur ou l'autrice, la licence et le consentement. Exécutez de nouveau le carnet : votre corpus est dans la liste du panneau.

# %% [markdown] lang="en"
# # Corpus keyboard
#
# In a minute you will read a page written in the manner of a story; then you will write in your turn, with the continuations that the story whispers to you. The keyboard knows nothing but the texts it is given, and it says where it got every stretch of every sentence.
#
# There is nothing to decide at first: choose **Run All Cells** in the **Run** menu. The lab lends a text that was written for it.
#
# To write with your own (notebooks, poems, lyrics, transcripts, as .txt files), put them in a folder, for example `corpora/my-notebooks`, with the **Upload Files** button of the file browser. Then open a terminal and type `artia corpus new ~/artia/corpora/my-notebooks`: you will be asked for the title, the author, the licence and the consent. Run the notebook again, and your corpus is in the panel's list.

# %% tags=["parameters"]
corpus: str = ""  # Corpus (vide = celui du labo / empty = the lab's own)

# %% [markdown] lang="fr"
# ## Un premier texte
#
# Le panneau ci-dessous tient les réglages. Il travaille dans son coin : vous pouvez l'arrêter, fermer l'onglet, revenir plus tard.

# %% [markdown] lang="en"
# ## A first text
#
# The panel below holds the settings. It works on its own: you may stop it, close the tab, come back later.

# %%
from artia_lab import open_panel
panel = open_panel("text.corpus-keyboard", corpus=corpus, prompt=prompt, order=order, length=length,
                   temperature=temperature, liberty=liberty, suggestions=suggestions, words=words, seed=seed)

# %%
panel

# %%
result = panel.result()

# %% [markdown] lang="fr"
# ## Écrire avec lui
#
# Voici le clavier. Écrivez quelques mots : il propose des suites, de la plus attendue à la plus rare, avec l'endroit du corpus où chacune se trouve. Prenez-en une, changez-la, ignorez-les toutes ; c'est vous qui tenez la plume.

# %% [markdown] lang="en"
# ## Writing with it
#
# Here is the keyboard. Write a few words: it offers ways to go on, from the most expected to the rarest, with the place of the corpus where each one stands. Take one, change it, ignore them all; the pen is in your hand.

# %%
from artia_lab import open_keyboard
open_keyboard(panel)

# %% [markdown] lang="fr"
# ## Lire les réglages
#
# - **Vos premiers mots** : le texte part de là, même au milieu d'un mot. Sans eux, il commence comme commence un paragraphe du corpus.
# - **Mémoire** : combien de lettres le clavier garde en tête. À 3, des syllabes, presque une langue inventée ; à 5, des mots et des bouts de tournures ; à 7, des phrases qui se tiennent un moment, puis bifurquent ; à 10, de longs passages du corpus, tels quels.
# - **Longueur** : le texte s'arrête à la fin de la phrase qui l'atteint.
# - **Température** : basse, le texte prend toujours le chemin le plus battu, et finit par y tourner en rond ; haute, il préfère les lettres rares, et les mots se défont.
# - **Liberté** : la place laissée aux enchaînements que le corpus n'a jamais montrés. À 0, chaque lettre en suit d'autres comme elle l'a fait au moins une fois ; plus haut, des mots se soudent qui n'existaient pas.
# - **Nombre de suggestions** et **mots par suggestion** : ce que le clavier vous tend à chaque pas.
# - **Graine** : le point de départ du hasard. La même redonne le même texte.
#
# La mémoire et la liberté se répondent : une mémoire longue avec un peu de liberté cite et dérive ; une mémoire courte sans liberté bégaie dans la langue de l'autre.

# %% [markdown] lang="en"
# ## Reading the settings
#
# - **Your first words**: the text starts from there, even in mid-word. Without them, it begins the way a paragraph of the corpus begins.
# - **Memory**: how many letters the keyboard keeps in mind. At 3, syllables, almost an invented language; at 5, words and scraps of phrasing; at 7, sentences that hold together for a while, then turn off; at 10, long passages of the corpus, as they stand.
# - **Length**: the text stops at the end of the sentence that reaches it.
# - **Temperature**: low, the text always takes the most trodden path and ends up walking in circles; high, it prefers rare letters, and words come undone.
# - **Liberty**: the room left to sequences that the corpus never showed. At 0, each letter follows others as it did at least once; higher up, words fuse that did not exist.
# - **Number of suggestions** and **words per suggestion**: what the keyboard hands you at each step.
# - **Seed**: where chance starts from. The same one gives the same text again.
#
# Memory and liberty answer each other: a long memory with a little liberty quotes and drifts; a short memory without any stammers in somebody else's tongue.

# %% [markdown] lang="fr"
# ## Comment cela marche
#
# Le clavier lit le corpus lettre par lettre, et compte : après « la riv », quelle lettre est venue, et combien de fois ? Pour écrire, il regarde les dernières lettres du texte, retrouve tous les endroits où elles se suivaient ainsi, et tire la prochaine au sort, en proportion. Puis il recommence, une lettre plus loin.
#
# Toute la difficulté est dans ce qu'il n'a jamais vu. Une suite de sept lettres peut n'être venue qu'une fois ; la huitième ne surprendrait alors jamais. Il faut donc retirer un peu de crédit à ce qu'on a vu, et prêter ce crédit à une mémoire plus courte : six lettres, puis cinq, jusqu'à une seule. Reinhard Kneser et Hermann Ney ont trouvé comment choisir dans cette mémoire plus courte : ce qui compte n'est pas qu'une lettre soit fréquente, c'est qu'elle vienne après des choses *différentes*. Le « u » est commun, mais il suit si souvent le « q » qu'il vaut moins, ailleurs, que son nombre ne le dit. Stanley Chen et Joshua Goodman ont ensuite réglé l'emprunt : une mise différente pour ce qu'on a vu une fois, deux fois, ou davantage. C'est cette version, dite *modifiée*, qui tourne ici.
#
# Rien d'autre : ni dictionnaire, ni grammaire, ni réseau de neurones. Le modèle tient dans un fichier, gardé avec l'essai.

# %% [markdown] lang="en"
# ## How it works
#
# The keyboard reads the corpus letter by letter, and counts: after “the riv”, which letter came, and how many times? To write, it looks at the last letters of the text, finds every place where they followed one another in that way, and draws the next one by lot, in proportion. Then it starts over, one letter further on.
#
# The whole difficulty lies in what it has never seen. A run of seven letters may have come only once; the eighth would then never surprise. So a little credit must be taken from what was seen and lent to a shorter memory: six letters, then five, down to a single one. Reinhard Kneser and Hermann Ney found how to choose within that shorter memory: what counts is not that a letter is frequent, but that it comes after *different* things. The “u” is common, yet it follows “q” so often that elsewhere it is worth less than its number says. Stanley Chen and Joshua Goodman then set the terms of the loan: a different stake for what was seen once, twice, or more. It is that version, called *modified*, that runs here.
#
# Nothing else: no dictionary, no grammar, no neural network. The model fits in one file, kept with the run.

# %% [markdown] lang="fr"
# ## D'où cela vient
#
# En 1913, Andreï Markov compte à la main les voyelles et les consonnes de vingt mille lettres d'*Eugène Onéguine*, pour montrer que le hasard peut avoir de la mémoire ([traduction anglaise, 2006](https://doi.org/10.1017/S0269889706001074)). En 1948, Claude Shannon imite l'anglais, lettre après lettre, en ouvrant des livres au hasard ([1948](https://doi.org/10.1002/j.1538-7305.1948.tb01338.x)) ; trois ans plus tard, il demande à des personnes de deviner la lettre suivante, et mesure ainsi ce qu'une langue a de prévisible ([1951](https://doi.org/10.1002/j.1538-7305.1951.tb01366.x)). La reconnaissance de la parole fait ensuite de ces comptes une technique, que Kneser et Ney ([1995](https://doi.org/10.1109/ICASSP.1995.479394)), puis Chen et Goodman ([1999](https://doi.org/10.1006/csla.1999.0128)), portent à sa forme la plus juste. Les réseaux de neurones ont pris la suite sur les très grands corpus ; sur quelques centaines de pages, compter reste difficile à battre, et se laisse lire.
#
# Du côté des lettres, l'Oulipo, fondé en 1960 par Raymond Queneau et François Le Lionnais, a fait de la contrainte un moteur : les *Cent mille milliards de poèmes* de Queneau (1961) confient à qui lit le soin de choisir entre des suites toutes prêtes. Ce clavier est un parent lointain : la contrainte, ici, c'est la langue d'un corpus.

# %% [markdown] lang="en"
# ## Where it comes from
#
# In 1913 Andrey Markov counted by hand the vowels and consonants in twenty thousand letters of *Eugene Onegin*, to show that chance can have a memory ([English translation, 2006](https://doi.org/10.1017/S0269889706001074)). In 1948 Claude Shannon imitated English, letter after letter, by opening books at random ([1948](https://doi.org/10.1002/j.1538-7305.1948.tb01338.x)); three years later he asked people to guess the next letter, and so measured how predictable a language is ([1951](https://doi.org/10.1002/j.1538-7305.1951.tb01366.x)). Speech recognition then turned these counts into a technique, which Kneser and Ney ([1995](https://doi.org/10.1109/ICASSP.1995.479394)), then Chen and Goodman ([1999](https://doi.org/10.1006/csla.1999.0128)), brought to its most accurate form. Neural networks took over on very large corpora; on a few hundred pages, counting remains hard to beat, and can be read.
#
# On the side of letters, the Oulipo, founded in 1960 by Raymond Queneau and François Le Lionnais, made constraint an engine: Queneau's *Cent mille milliards de poèmes* (1961) leaves it to the reader to choose among ready-made continuations. This keyboard is a distant relative: the constraint, here, is the language of a corpus.

# %% [markdown] lang="fr"
# ## Ce que cela ne sait pas faire
#
# Le clavier ne sait pas de quoi il parle. Au-delà de sa mémoire, il oublie : un personnage peut changer de genre en chemin, une parenthèse ne jamais se refermer. Il ne peut dire que ce que le corpus contient, avec ses angles morts : si une voix domine, il parlera comme elle ; si le corpus est injuste, il le sera. Et il copie : plus le corpus est court et la mémoire longue, plus il récite. C'est pourquoi chaque passage est cité.

# %% [markdown] lang="en"
# ## What it cannot do
#
# The keyboard does not know what it is talking about. Beyond its memory it forgets: a character may change gender on the way, a bracket may never close. It can only say what the corpus holds, blind spots included: if one voice dominates, it will speak like that voice; if the corpus is unfair, so will it be. And it copies: the shorter the corpus and the longer the memory, the more it recites. That is why every passage is cited.

# %% [markdown] lang="fr"
# ## Vérifier
#
# Deux promesses, vérifiées sur l'essai qui précède : les chances de toutes les lettres possibles font toujours un, et chaque suggestion, chaque passage cité se lit dans le corpus à l'endroit indiqué. Deux fois `True` : elles sont tenues.

# %% [markdown] lang="en"
# ## Checking
#
# Two promises, checked on the run above: the chances of all possible letters always add up to one, and every suggestion and every passage cited can be read in the corpus at the place given. Two times `True`: they are kept.

# %% tags=["nbval-check-output"]
from artia_lab.experiments.text.proof import chances_add_up, quotations_stand
print(chances_add_up(result.folder), quotations_stand(result.folder))

# %% [markdown] lang="fr"
# ## D'où vient chaque passage
#
# Mis bout à bout, ces passages sont le texte. Voici les plus longs, avec le fichier et la position où ils se trouvent, en caractères depuis le début, et le nombre d'endroits du corpus où on les lit. Un passage court est de la langue commune ; un passage long est une citation.

# %% [markdown] lang="en"
# ## Where every passage comes from
#
# Laid end to end, these passages are the text. Here are the longest, with the file and the position where they stand, in characters from the beginning, and the number of places in the corpus where they can be read. A short passage is common language; a long one is a quotation.

# %%
result.trace("sources", longest="text")

# %% [markdown] lang="fr"
# ## Est-ce une copie ?
#
# La ressemblance, sous le texte, dit quelle part de ses mots se trouve dans le corpus par suites de cinq ou plus, et combien de caractères compte le plus long passage commun. Élevée, elle dit que le texte récite : gardez-le comme collage, et citez. Basse, elle ne dit pas que le texte est de vous, ni qu'il est sans dette : un ton, une image, une manière se prennent sans un mot de commun. Elle ne compare qu'au corpus, jamais au reste des livres.
#
# ## Ce que cela coûte, et à qui c'est
#
# L'essai dit l'électricité dépensée, et si elle est mesurée par la machine ou estimée : c'est souvent moins qu'une ampoule en une minute. Au Québec, où le courant est presque tout hydraulique, cela fait très peu de gaz à effet de serre ; pas rien pour autant, car les rivières ont été harnachées sur des territoires habités.
#
# Un corpus est toujours à quelqu'un. Sa fiche dit qui l'a écrit, sous quelle licence, et comment le consentement a été donné ; l'essai en garde la trace. Des lettres reçues, des entretiens, un journal de famille demandent l'accord des personnes qui s'y trouvent.

# %% [markdown] lang="en"
# ## Is it a copy?
#
# The likeness, under the text, says what share of its words stands in the corpus in runs of five or more, and how many characters the longest shared passage has. When it is high, the text is reciting: keep it as a collage, and cite. When it is low, that does not mean the text is yours, or free of debt: a tone, an image, a manner can be taken without one word in common. It compares with the corpus alone, never with all other books.
#
# ## What it costs, and whose it is
#
# The run says how much electricity was spent, and whether the machine measured it or it was estimated: often less than a light bulb in one minute. In Québec, where nearly all power is hydroelectric, that makes very little greenhouse gas; not nothing all the same, for the rivers were harnessed on inhabited lands.
#
# A corpus always belongs to somebody. Its datasheet says who wrote it, under which licence, and how consent was given; the run keeps the record. Letters received, interviews, a family diary call for the agreement of the people who are in them.

# %% [markdown] lang="fr"
# ## Et maintenant
#
# 1. Écrivez une première phrase à vous, et essayez la mémoire à 3, à 6, à 10, sans rien changer d'autre. Où le texte cesse-t-il d'inventer ?
# 2. Réunissez deux voix dans un même corpus : vos poèmes et un manuel, deux grands-mères, deux langues. Cherchez, dans les passages cités, les mots où le texte change de voix.
# 3. Gardez la température à 0,8 et montez la liberté par paliers. Relevez les mots inventés, et donnez-leur une définition.
#
# **Garder.** Il n'y a rien à faire : chaque essai est un dossier, avec le texte, les tableaux, le modèle et son procès-verbal ; `artia runs list` les énumère. Pour refaire celui-ci sans navigateur : `artia rerun T1-clavier-de-corpus.ipynb -p seed=7`.
#
# **Publier.** Ce qui sort d'ici passe par la licence et le consentement du corpus : citez ses auteurs et autrices, et joignez le procès-verbal. Un corpus privé ne donne rien de publiable ; l'essai le rappelle. Voir aussi : [Mosaïque de soi](I1-mosaique-de-soi.ipynb), [Mosaïque sonore](A4-mosaique-sonore.ipynb).

# %% [markdown] lang="en"
# ## And now
#
# 1. Write a first sentence of your own, and try a memory of 3, of 6, of 10, changing nothing else. Where does the text stop inventing?
# 2. Bring two voices together in one corpus: your poems and a manual, two grandmothers, two languages. In the passages cited, look for the words at which the text changes voice.
# 3. Leave the temperature at 0.8 and raise liberty by degrees. Collect the invented words, and give each a definition.
#
# **Keeping.** There is nothing to do: every run is a folder, with the text, the tables, the model and its record; `artia runs list` lists them. To make this one again without a browser: `artia rerun T1-corpus-keyboard.ipynb -p seed=7`.
#
# **Publishing.** What leaves here goes through the licence and the consent of the corpus: name its authors, and attach the record. Nothing made from a private corpus can be published; the run says so. See also: [Self-mosaic](I1-self-mosaic.ipynb), [Sound mosaic](A4-sound-mosaic.ipynb).
