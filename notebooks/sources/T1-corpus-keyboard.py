# %% notebook [raw]
# experiment = "text.corpus-keyboard"
# title = { fr = "Clavier de corpus", en = "Corpus keyboard" }
# file = { fr = "T1-clavier-de-corpus.ipynb", en = "T1-corpus-keyboard.ipynb" }

# %% [markdown] lang="fr"
# # Clavier de corpus
#
# Dans une minute, vous lirez quelques paragraphes écrits à la manière d’un récit, puis vous écrirez à votre tour avec les suites que ce récit vous souffle. Le clavier ne connaît que les textes qu’on lui donne, et il dit d’où il tient chaque bout de phrase.
#
# Pour commencer, rien à décider : **Exécuter toutes les cellules**, dans le menu **Exécution**. Le laboratoire prête un texte, écrit pour lui.
#
# Pour travailler avec les vôtres (carnets, poèmes, transcriptions, en fichiers .txt), mettez-les dans un dossier, par exemple `corpora/mes-textes`, avec le bouton **Charger des fichiers** ; puis, dans un terminal, écrivez `artia corpus new ~/artia/corpora/mes-textes`. On vous demandera le titre, l’auteur ou l’autrice, la licence, le consentement. Exécutez de nouveau : votre corpus est dans la liste du panneau.

# %% [markdown] lang="en"
# # Corpus keyboard
#
# In a minute you will read a few paragraphs written in the manner of a story; then you will write in your turn, with the continuations that the story whispers to you. The keyboard knows nothing but the texts it is given, and it says where it got every stretch of every sentence.
#
# To begin with, nothing to decide: **Run All Cells**, in the **Run** menu. The lab lends a text that was written for it.
#
# To work with texts of your own (notebooks, poems, transcripts, as .txt files), put them in a folder, for example `corpora/my-texts`, with the **Upload Files** button; then, in a terminal, type `artia corpus new ~/artia/corpora/my-texts`. You will be asked for the title, the author, the licence, the consent. Run again, and your corpus is in the panel’s list.

# %% tags=["parameters"]
corpus: str = ""  # Corpus (vide : celui du labo) / Corpus (empty: the lab's own)

# %% [markdown] lang="fr"
# ## Un premier texte
#
# Le panneau tient les réglages. Il travaille dans son coin : arrêtez-le, fermez l’onglet, revenez plus tard.

# %% [markdown] lang="en"
# ## A first text
#
# The panel holds the settings. It works on its own: stop it, close the tab, come back later.

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
# Écrivez quelques mots : le clavier propose des suites, de la plus attendue à la plus rare, avec l’endroit du corpus où chacune se trouve. Prenez-en une, changez-la, ignorez-les toutes ; c’est vous qui tenez la plume. Votre texte se copie d’un bouton.

# %% [markdown] lang="en"
# ## Writing with it
#
# Write a few words: the keyboard offers ways to go on, from the most expected to the rarest, with the place of the corpus where each one stands. Take one, change it, ignore them all; the pen is in your hand. A button copies your text.

# %%
from artia_lab import open_keyboard
keyboard = open_keyboard(panel)
keyboard

# %% [markdown] lang="fr"
# ## Lire les réglages
#
# - **Vos premiers mots** : le texte part de là, même au milieu d’un mot.
# - **Mémoire** : combien de lettres le clavier garde en tête. À 3, des syllabes, presque une langue inventée ; à 5, des mots ; à 7, des phrases qui se tiennent un moment, puis bifurquent ; à 10, de longs passages du corpus, tels quels.
# - **Température** : basse, le texte prend le chemin le plus battu et finit par y tourner en rond ; haute, il préfère les lettres rares, et les mots se défont.
# - **Liberté** : la place laissée à ce que le corpus n’a jamais montré. À 0, chaque lettre en suit d’autres comme elle l’a déjà fait ; plus haut, des mots se soudent qui n’existaient pas.
# - **Suggestions** : combien de suites le clavier vous tend, et de combien de mots.
# - **Graine** : le point de départ du hasard. La même redonne le même texte.

# %% [markdown] lang="en"
# ## Reading the settings
#
# - **Your first words**: the text starts from there, even in mid-word.
# - **Memory**: how many letters the keyboard keeps in mind. At 3, syllables, almost an invented language; at 5, words; at 7, sentences that hold together for a while, then turn off; at 10, long passages of the corpus, as they stand.
# - **Temperature**: low, the text takes the most trodden path and ends up walking in circles; high, it prefers rare letters, and words come undone.
# - **Liberty**: the room left to what the corpus never showed. At 0, each letter follows others as it did before; higher up, words fuse that did not exist.
# - **Suggestions**: how many continuations the keyboard hands you, and of how many words.
# - **Seed**: where chance starts from. The same one gives the same text again.

# %% [markdown] lang="fr"
# ## Comment cela marche
#
# Le clavier lit le corpus lettre par lettre, et compte : après « la riv », quelle lettre est venue, et combien de fois ? Pour écrire, il retrouve tous les endroits où les dernières lettres du texte se suivaient ainsi, tire la prochaine au sort, en proportion, et recommence.
#
# Toute la difficulté est dans ce qu’il n’a jamais vu. Si une suite de sept lettres n’est venue qu’une fois, la huitième ne surprendra jamais. Il faut donc retirer un peu de crédit à ce qu’on a vu, et le prêter à une mémoire plus courte : six lettres, puis cinq, jusqu’à une. Reinhard Kneser et Hermann Ney ont trouvé comment choisir dans cette mémoire plus courte : ce qui compte n’est pas qu’une lettre soit fréquente, c’est qu’elle vienne après des choses *différentes*. Le « u » est commun, mais il suit si souvent le « q » qu’il vaut moins, ailleurs, que son nombre ne le dit. Stanley Chen et Joshua Goodman ont réglé l’emprunt : une mise pour ce qu’on a vu une fois, une autre pour deux, une autre au-delà. C’est cette version, dite *modifiée*, qui tourne ici. Ni dictionnaire, ni grammaire, ni réseau de neurones.

# %% [markdown] lang="en"
# ## How it works
#
# The keyboard reads the corpus letter by letter, and counts: after “the riv”, which letter came, and how many times? To write, it finds every place where the last letters of the text followed one another in that way, draws the next one by lot, in proportion, and starts over.
#
# The whole difficulty lies in what it has never seen. If a run of seven letters came only once, the eighth will never surprise. So a little credit must be taken from what was seen and lent to a shorter memory: six letters, then five, down to one. Reinhard Kneser and Hermann Ney found how to choose within that shorter memory: what counts is not that a letter is frequent, but that it comes after *different* things. The “u” is common, yet it follows “q” so often that elsewhere it is worth less than its number says. Stanley Chen and Joshua Goodman set the terms of the loan: one stake for what was seen once, another for twice, another beyond. It is that version, called *modified*, that runs here. No dictionary, no grammar, no neural network.

# %% [markdown] lang="fr"
# ## D’où cela vient
#
# En 1913, Andreï Markov compte à la main les voyelles et les consonnes de vingt mille lettres d’*Eugène Onéguine* ([traduction anglaise](https://doi.org/10.1017/S0269889706001074)). Claude Shannon imite l’anglais en ouvrant des livres au hasard ([1948](https://doi.org/10.1002/j.1538-7305.1948.tb01338.x)), puis demande à des personnes de deviner la lettre suivante, et mesure ainsi ce qu’une langue a de prévisible ([1951](https://doi.org/10.1002/j.1538-7305.1951.tb01366.x)). Kneser et Ney ([1995](https://doi.org/10.1109/ICASSP.1995.479394)), puis Chen et Goodman ([1999](https://doi.org/10.1006/csla.1999.0128)), portent ces comptes à leur forme la plus juste. Les réseaux de neurones ont pris la suite sur les très grands corpus ; sur quelques centaines de pages, compter reste difficile à battre, et se laisse lire.
#
# Côté lettres, l’Oulipo, fondé en 1960 par Raymond Queneau et François Le Lionnais, a fait de la contrainte un moteur : les *Cent mille milliards de poèmes* de Queneau (1961) laissent à qui lit le soin de choisir entre des vers tout prêts. Ici, la contrainte, c’est la langue d’un corpus.

# %% [markdown] lang="en"
# ## Where it comes from
#
# In 1913 Andrey Markov counted by hand the vowels and consonants in twenty thousand letters of *Eugene Onegin* ([English translation](https://doi.org/10.1017/S0269889706001074)). Claude Shannon imitated English by opening books at random ([1948](https://doi.org/10.1002/j.1538-7305.1948.tb01338.x)), then asked people to guess the next letter, and so measured how predictable a language is ([1951](https://doi.org/10.1002/j.1538-7305.1951.tb01366.x)). Kneser and Ney ([1995](https://doi.org/10.1109/ICASSP.1995.479394)), then Chen and Goodman ([1999](https://doi.org/10.1006/csla.1999.0128)), brought these counts to their most accurate form. Neural networks took over on very large corpora; on a few hundred pages, counting remains hard to beat, and can be read.
#
# On the side of letters, the Oulipo, founded in 1960 by Raymond Queneau and François Le Lionnais, made constraint an engine: Queneau’s *Cent mille milliards de poèmes* (1961) leaves it to the reader to choose among ready-made lines. Here, the constraint is the language of a corpus.

# %% [markdown] lang="fr"
# ## Ce que cela ne sait pas faire
#
# Le clavier ne sait pas de quoi il parle, et au-delà de sa mémoire il oublie : un personnage change de genre en chemin, une parenthèse ne se referme jamais. Il ne peut dire que ce que le corpus contient, angles morts compris : si une voix domine, il parlera comme elle ; si le corpus est injuste, il le sera. Et plus le corpus est court et la mémoire longue, plus il récite.

# %% [markdown] lang="en"
# ## What it cannot do
#
# The keyboard does not know what it is talking about, and beyond its memory it forgets: a character changes gender on the way, a bracket never closes. It can only say what the corpus holds, blind spots included: if one voice dominates, it will speak like that voice; if the corpus is unfair, so will it be. And the shorter the corpus and the longer the memory, the more it recites.

# %% [markdown] lang="fr"
# ## Vérifier
#
# Deux promesses, vérifiées sur l’essai : les chances de toutes les lettres possibles font toujours un, et chaque suggestion, chaque passage cité se lit dans le corpus à l’endroit indiqué. Deux fois `True` : elles sont tenues.

# %% [markdown] lang="en"
# ## Checking
#
# Two promises, checked on the run: the chances of all possible letters always add up to one, and every suggestion and every passage cited can be read in the corpus at the place given. Two times `True`: they are kept.

# %% tags=["nbval-check-output"]
from artia_lab.experiments.text.proof import chances_add_up, quotations_stand
print(chances_add_up(result.folder), quotations_stand(result.folder))

# %% [markdown] lang="fr"
# ## D’où vient chaque passage
#
# Mis bout à bout, ces passages sont le texte. Voici les plus longs : leur place dans le texte, leurs mots, le fichier, leur place dans ce fichier (en caractères depuis le début), et le nombre d’endroits du corpus où on les lit. Un passage court est de la langue commune ; un passage long est une citation.

# %% [markdown] lang="en"
# ## Where every passage comes from
#
# Laid end to end, these passages are the text. Here are the longest: their place in the text, their words, the file, their place in that file (in characters from the beginning), and the number of places of the corpus where they can be read. A short passage is common language; a long one is a quotation.

# %%
result.show_trace("sources", longest="text")

# %% [markdown] lang="fr"
# ## Est-ce une copie ?
#
# La ressemblance, sous le texte, dit quelle part de ses mots se trouve dans le corpus par suites de cinq ou plus, et la longueur du plus long passage commun. Élevée, elle dit que le texte récite : gardez-le comme collage, et citez. Basse, elle ne dit pas qu’il est sans dette : un ton, une manière se prennent sans un mot de commun. Elle ne compare qu’au corpus, jamais au reste des livres.
#
# ## Ce que cela coûte, et à qui c’est
#
# L’essai dit l’électricité dépensée, et si elle est mesurée par la machine ou estimée. Au Québec, où le courant est presque tout hydraulique, cela fait très peu de gaz à effet de serre ; pas rien, car les rivières ont été harnachées sur des territoires habités.
#
# Un corpus est toujours à quelqu’un. Sa fiche dit qui l’a écrit, sous quelle licence, avec quel consentement ; l’essai en garde la trace. Des lettres reçues, des entretiens demandent l’accord des personnes qui s’y trouvent.

# %% [markdown] lang="en"
# ## Is it a copy?
#
# The likeness, under the text, says what share of its words stands in the corpus in runs of five or more, and the length of the longest shared passage. When it is high, the text is reciting: keep it as a collage, and cite. When it is low, that does not mean it is free of debt: a tone, a manner can be taken without one word in common. It compares with the corpus alone, never with all other books.
#
# ## What it costs, and whose it is
#
# The run says how much electricity was spent, and whether the machine measured it or it was estimated. In Québec, where nearly all power is hydroelectric, that makes very little greenhouse gas; not nothing, for the rivers were harnessed on inhabited lands.
#
# A corpus always belongs to somebody. Its datasheet says who wrote it, under which licence, with what consent; the run keeps the record. Letters received and interviews call for the agreement of the people who are in them.

# %% [markdown] lang="fr"
# ## Et maintenant
#
# 1. Écrivez une première phrase à vous, et essayez la mémoire à 3, à 6, à 10. Où le texte cesse-t-il d’inventer ?
# 2. Réunissez deux voix dans un même corpus : vos poèmes et un manuel, deux grands-mères, deux langues. Cherchez, dans les passages cités, où le texte change de voix.
# 3. Montez la liberté par paliers. Relevez les mots inventés, et donnez-leur une définition.
#
# **Garder.** Rien à faire : chaque essai est un dossier, avec le texte, les tableaux, le modèle et son procès-verbal. `artia runs list` les énumère ; `artia rerun T1-clavier-de-corpus.ipynb -p seed=7` refait le carnet sans navigateur, avec une autre graine.
#
# **Publier.** Tout passe par la licence et le consentement du corpus : nommez ses auteurs et autrices, joignez le procès-verbal. D’un corpus privé, rien ne se publie. À essayer ensuite : [Mosaïque de soi](I1-mosaique-de-soi.ipynb), [Mosaïque sonore](A4-mosaique-sonore.ipynb).

# %% [markdown] lang="en"
# ## And now
#
# 1. Write a first sentence of your own, and try a memory of 3, of 6, of 10. Where does the text stop inventing?
# 2. Bring two voices together in one corpus: your poems and a manual, two grandmothers, two languages. In the passages cited, look for where the text changes voice.
# 3. Raise liberty by degrees. Collect the invented words, and give each a definition.
#
# **Keeping.** Nothing to do: every run is a folder, with the text, the tables, the model and its record. `artia runs list` lists them; `artia rerun T1-corpus-keyboard.ipynb -p seed=7` makes the notebook again without a browser, with another seed.
#
# **Publishing.** Everything goes through the licence and the consent of the corpus: name its authors, attach the record. From a private corpus, nothing is published. To try next: [Self-mosaic](I1-self-mosaic.ipynb), [Sound mosaic](A4-sound-mosaic.ipynb).
