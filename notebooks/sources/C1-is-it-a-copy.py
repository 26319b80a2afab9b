# %% notebook [raw]
# experiment = "critical.copy-check"
# title = { fr = "Est-ce une copie ?", en = "Is it a copy?" }
# file = { fr = "C1-est-ce-une-copie.ipynb", en = "C1-is-it-a-copy.ipynb" }

# %% [markdown] lang="fr"
# # Est-ce une copie ?
#
# Quelque chose est sorti d’une machine, et vous avez l’impression de l’avoir déjà vu, entendu, lu. Ce carnet cherche dans un corpus, montre ce qu’il trouve côte à côte, dit pourquoi, et s’arrête là où commence votre jugement.
#
# Pour commencer, rien à décider : **Exécuter toutes les cellules**, dans le menu **Exécution**. Si vous avez déjà fait un essai avec ce corpus, on examine le dernier ; sinon, le laboratoire fabrique exprès une copie déguisée, met à côté quelque chose qui ne doit rien à personne, et cherche.
#
# Pour vérifier avec vos œuvres, mettez celles qui ont servi de source dans un dossier, par exemple `corpora/mes-sources`, avec le bouton **Charger des fichiers** ; puis, dans un terminal, écrivez `artia corpus new ~/artia/corpora/mes-sources`. On vous demandera le titre, l’auteur ou l’autrice, la licence, le consentement. Exécutez de nouveau : votre corpus est dans la liste du panneau.

# %% [markdown] lang="en"
# # Is it a copy?
#
# Something has come out of a machine, and you feel that you have seen, heard or read it before. This notebook searches a corpus, shows what it finds side by side, says why, and stops where your judgement begins.
#
# To begin with, nothing to decide: **Run All Cells**, in the **Run** menu. If you have already made a run from this corpus, the latest one is looked at; if not, the lab makes a disguised copy on purpose, sets beside it something that owes nothing to anyone, and searches.
#
# To check with works of your own, put those that served as a source in a folder, for example `corpora/my-sources`, with the **Upload Files** button; then, in a terminal, type `artia corpus new ~/artia/corpora/my-sources`. You will be asked for the title, the author, the licence, the consent. Run again, and your corpus is in the panel’s list.

# %% tags=["parameters"]
corpus: str = ""  # Corpus (vide : celui du labo) / Corpus (empty: the lab's own)

# %% [markdown] lang="fr"
# ## Une première vérification
#
# Le panneau tient les réglages. Arrêtez-le, fermez l’onglet, revenez plus tard.

# %% [markdown] lang="en"
# ## A first check
#
# The panel holds the settings. Stop it, close the tab, come back later.

# %%
from artia_lab import open_panel
panel = open_panel("critical.copy-check", corpus=corpus, subject=subject, threshold=threshold, most=most, seed=seed)

# %%
panel

# %%
result = panel.result()

# %% [markdown] lang="fr"
# ## Lire les réglages
#
# - **Ce que l’on examine** : un essai, par son identifiant (`artia runs list` les énumère), un fichier ou un dossier.
# - **Votre seuil** : la proximité à partir de laquelle vous parlez, vous, de copie. À 0, le seuil est le nôtre.
# - **Nombre d’œuvres** : combien on en examine, au plus ; chacune est comparée à tout le corpus.
# - **Graine** : le point de départ du hasard, qui choisit la copie fabriquée exprès et son déguisement.

# %% [markdown] lang="en"
# ## Reading the settings
#
# - **What to look at**: a run, by its id (`artia runs list` lists them), a file or a folder.
# - **Your threshold**: the nearness from which you, for your part, speak of a copy. At 0 the threshold is ours.
# - **Outputs**: how many are looked at, at most; each is compared with the whole corpus.
# - **Seed**: where chance starts from, which chooses the copy made on purpose and its disguise.

# %% [markdown] lang="fr"
# ## Côte à côte
#
# Plus haut, chaque image, chaque son est posé à côté de ce qui lui ressemble le plus, et un cadre montre où les deux s’accordent. Les passages d’un son s’écoutent l’un après l’autre ; ceux d’un texte sont cités dans le rapport, avec le verdict et ses raisons. Regardez, écoutez d’abord, lisez ensuite. Le tableau résume ; un autre, `details.csv`, garde tous les chiffres dans le dossier de l’essai.

# %% [markdown] lang="en"
# ## Side by side
#
# Above, each picture, each sound is laid beside what it most resembles, and a frame shows where the two agree. The passages of a sound can be heard one after the other; those of a text are quoted in the report, with the verdict and its reasons. Look and listen first, read afterwards. The table sums it up; another, `details.csv`, keeps every figure in the folder of the run.

# %%
result.show_trace("findings")

# %% [markdown] lang="fr"
# ## Quatre mots
#
# - La **ressemblance** : des traits communs. Deux personnes photographient la même aurore : leurs images se ressemblent, et personne n’a rien pris.
# - Le **pastiche** : on prend la manière, et pas un morceau.
# - La **citation** : on prend un morceau, on en marque les bords, on dit de qui il est.
# - La **copie** : on prend le morceau, sans bords et sans nom.
#
# La machine ne sait compter que les morceaux. Elle ne lit ni les guillemets ni le générique : pour elle, citation et copie sont une seule chose, et le pastiche n’existe pas. Or on apprend à peindre en copiant, à jouer en reprenant. En 1981, Sherrie Levine photographie des photographies de Walker Evans et les expose : tout seuil la condamnerait, et l’œuvre est pourtant dans ce geste, signé.

# %% [markdown] lang="en"
# ## Four words
#
# - **Likeness**: features in common. Two people photograph the same dawn: their pictures are alike, and nobody took anything.
# - **Pastiche**: the manner is taken, and not one piece.
# - **Quotation**: a piece is taken, its edges are marked, its author is named.
# - **Copy**: the piece is taken, without edges and without a name.
#
# The machine can only count pieces. It reads neither quotation marks nor credits: to it, quotation and copy are one and the same, and pastiche does not exist. Yet people learn to paint by copying, to play by covering. In 1981 Sherrie Levine photographed photographs by Walker Evans and exhibited them: any threshold would condemn her, and still the work lies in that gesture, signed.

# %% [markdown] lang="fr"
# ## Ce qu’un seuil décide, et pour qui
#
# Un seuil est un trait tiré en travers d’une pente. Sévère, il accuse à tort ; indulgent, il laisse passer. Le placer, c’est choisir qui paiera l’erreur : l’artiste qu’on soupçonne d’avoir pris, celle ou celui à qui l’on a pris, la personne photographiée que l’on reconnaît, le lieu qui expose. Demandez-vous laquelle de ces personnes n’est pas dans la pièce, et réglez pour elle.
#
# Le nôtre a été tiré là où il n’accusait aucun original. Il y retrouvait presque toutes les copies que nous avions cachées : sous des sons plus forts, une note pure, un coup sourd ou un clic lui échappent parfois. Il décide de ce qu’on vous montre, jamais de ce qui est permis.

# %% [markdown] lang="en"
# ## What a threshold decides, and for whom
#
# A threshold is a line drawn across a slope. Strict, it accuses wrongly; lenient, it lets things by. To place it is to choose who will pay for the error: the artist suspected of taking, the one who was taken from, the person in the photograph who is recognised, the venue that exhibits. Ask yourself which of them is not in the room, and set it for that person.
#
# Ours was drawn where it accused no original. There it found nearly all the copies that we had hidden: under louder sounds, a pure tone, a low thud or a click at times escapes it. It decides what you are shown, never what is allowed.

# %% [markdown] lang="fr"
# ## Comment cela marche
#
# **Les images.** On relève des coins, que l’on reconnaît tournés, réduits, en miroir ou recolorés ; on compare de petites fenêtres ; on regarde l’ensemble de très loin. Ce ne sont que des soupçons : les quelques suspects sont posés sur l’image, point par point, et seul ce qui s’accorde là est dit copié.
#
# **Une fenêtre** est petite, comme le dessin d’un petit modèle, et deux ciels unis sont toujours proches. On divise donc la distance au morceau le plus proche par la moitié de la distance moyenne aux cinquante plus proches : une copie est bien plus près de l’une que de toutes les autres. Un petit modèle a déjà mesuré ses dessins ainsi ; cet examen mesure à son tour, et garde le plus sévère.
#
# **Les sons.** On fait glisser l’un sur l’autre, à plusieurs vitesses, et l’on cherche un accord des ondes elles-mêmes, qu’une autre prise du même instrument ne donnerait pas.
#
# **Les textes.** On cherche le plus long passage commun, la part de mots pris par suites de cinq, et les phrases à peine retouchées ; puis on demande de chacune si le hasard de la langue l’aurait donnée aussi.

# %% [markdown] lang="en"
# ## How it works
#
# **Pictures.** We pick out corners, described so as to be known again when turned, reduced, mirrored or recoloured; we compare small windows; we look at the whole from very far. These are mere suspicions: the few suspects are laid over the picture, point by point, and only what agrees there is called copied.
#
# **A window** is small, as is what a small model draws, and two plain skies are always near. So we divide the distance to the nearest piece by half the mean distance to the fifty nearest: a copy is much nearer to one than to all the others. A small model has already measured its drawings in this way; this check measures in its turn, and keeps the more severe.
#
# **Sounds.** We slide one over the other, at several speeds, and look for an agreement of the waves themselves, which another take of the same instrument would not give.
#
# **Texts.** We look for the longest passage in common, the share of words taken in runs of five, and sentences barely touched up; then we ask of each whether the chance of the language would have given it too.

# %% [markdown] lang="fr"
# ## D’où cela vient
#
# Andrei Broder compare des textes par leurs suites de mots, pour trier le web ([1997](https://doi.org/10.1109/SEQUEN.1997.666900)). David Lowe décrit les coins d’une image de façon à les retrouver sous un autre angle ([2004](https://doi.org/10.1023/B:VISI.0000029664.99615.94)). Puis la question change de camp : les modèles recrachent-ils ? Gowthami Somepalli et ses collègues montrent des répliques, et que leur nombre dépend de celui des images apprises ([2023](https://doi.org/10.48550/arXiv.2212.03860)). Nicholas Carlini et ses collègues extraient de modèles de diffusion plus de mille images d’apprentissage, dont des portraits de personnes réelles ([2023](https://doi.org/10.48550/arXiv.2301.13188)) ; la division ci-dessus est la leur. C’était rare ; pas pour les personnes dont on retrouvait le visage.

# %% [markdown] lang="en"
# ## Where it comes from
#
# Andrei Broder compared texts by their runs of words, to sort the web ([1997](https://doi.org/10.1109/SEQUEN.1997.666900)). David Lowe described the corners of a picture so as to find them from another angle ([2004](https://doi.org/10.1023/B:VISI.0000029664.99615.94)). Then the question changed sides: do models regurgitate? Gowthami Somepalli and colleagues showed replicas, and that their number depends on that of the pictures learnt ([2023](https://doi.org/10.48550/arXiv.2212.03860)). Nicholas Carlini and colleagues extracted more than a thousand training pictures from diffusion models, portraits of real people among them ([2023](https://doi.org/10.48550/arXiv.2301.13188)); the division above is theirs. It was rare; not for the people whose faces turned up.

# %% [markdown] lang="fr"
# ## Ce que cela ne voit pas
#
# Une manière, une idée, un personnage redessiné, un air rejoué, une traduction, une paraphrase. Un son étiré ou noyé d’écho, une image presque unie, des miettes. Et tout ce qui n’est pas dans le corpus : « rien trouvé » veut dire *rien trouvé ici*. La machine ne sait pas non plus qui était là d’abord : deux œuvres peuvent descendre d’une troisième.

# %% [markdown] lang="en"
# ## What it does not see
#
# A manner, an idea, a character drawn anew, a tune played again, a translation, a paraphrase. A sound stretched or drowned in echo, a picture that is nearly plain, crumbs. And all that is not in the corpus: “nothing found” means *nothing found here*. Nor does the machine know who was there first: two works may descend from a third.

# %% [markdown] lang="fr"
# ## La loi, de loin
#
# Ceci n’est pas un avis juridique. Au Canada, le droit d’auteur protège l’œuvre et toute « partie importante » de l’œuvre. Quand Claude Robinson a fait reconnaître que son *Robinson Curiosité* avait été copié (*Cinar c. Robinson*, 2013 CSC 73), la Cour suprême a préféré au décompte des morceaux un regard d’ensemble, sur la qualité de ce qui est pris : à peu près l’inverse d’un seuil. L’utilisation équitable admet certaines fins, dont la critique, la parodie et la satire, si l’usage est équitable, ce qui s’apprécie cas par cas. Le droit moral veille sur le nom et l’intégrité de l’œuvre. Pour un cas réel, voyez une clinique juridique ou votre regroupement d’artistes.

# %% [markdown] lang="en"
# ## The law, from afar
#
# This is not legal advice. In Canada, copyright protects a work and any “substantial part” of it. When Claude Robinson had it recognised that his *Robinson Curiosity* had been copied (*Cinar v. Robinson*, 2013 SCC 73), the Supreme Court preferred, to a count of the pieces, a look at the whole and at the quality of what was taken: more or less the opposite of a threshold. Fair dealing admits certain purposes, criticism, parody and satire among them, if the dealing is fair, which is weighed case by case. And moral rights watch over the name and the integrity of the work. For a real case, see a legal clinic or your artists’ association.

# %% [markdown] lang="fr"
# ## Vérifier
#
# Une promesse, vérifiée sur l’essai : une copie fabriquée exprès avec le corpus y est trouvée, et un original n’est pas accusé. `True` : elle est tenue.

# %% [markdown] lang="en"
# ## Checking
#
# One promise, checked on the run: a copy made on purpose from the corpus is found there, and an original is not accused. `True`: it is kept.

# %% tags=["nbval-check-output"]
from artia_lab.experiments.critical.proof import a_planted_copy_is_found
print(a_planted_copy_is_found(result.folder))

# %% [markdown] lang="fr"
# ## Que faire d’un verdict
#
# « Copie » ouvre une conversation. Si c’est de vous, décidez. Si c’est de quelqu’un d’autre, regardez la fiche du corpus : laisser une machine apprendre de son œuvre n’est pas accepter d’être cité·e. Vous pouvez demander, nommer, refaire, renoncer. N’accusez personne sur la foi d’un chiffre, n’absolvez personne non plus.
#
# ## Ce que cela coûte, et à qui c’est
#
# Comparer dépense peu ; l’essai dit combien. Le corpus des sources n’est pas toujours à vous : pouvoir le consulter n’est pas pouvoir le montrer.

# %% [markdown] lang="en"
# ## What to do with a verdict
#
# “Copy” opens a conversation. If the source is yours, decide. If it is someone else’s, look at the datasheet of the corpus: letting a machine learn from one’s work is not agreeing to be quoted. You can ask, name, remake, give up. Accuse nobody on the strength of a figure, and absolve nobody either.
#
# ## What it costs, and whose it is
#
# Comparing spends little; the run says how much. The corpus of sources is not always yours: consulting it to check does not give the right to show it.

# %% [markdown] lang="fr"
# ## Et maintenant
#
# 1. Prenez une de vos œuvres et déguisez-la jusqu’à ce que la machine la perde. La reconnaissez-vous encore ? Et la personne d’à côté ?
# 2. À plusieurs, classez dix paires, de la ressemblance à la copie, sans la machine ; puis avec elle. Parlez des paires qui vous séparent.
# 3. Écrivez, pour votre prochaine œuvre, votre propre seuil, en une phrase et sans chiffre.
#
# **Garder.** Rien à faire : chaque essai est un dossier, avec les paires, le tableau et son procès-verbal. `artia runs list` les énumère ; `artia rerun C1-est-ce-une-copie.ipynb -p seed=7` refait le carnet sans navigateur, avec une autre graine.
#
# **Publier.** Un rapport montre les œuvres des autres : licence et consentement d’abord. D’un corpus privé, rien ne se publie. À essayer ensuite : [Petit modèle](I3-petit-modele.ipynb), [Clavier de corpus](T1-clavier-de-corpus.ipynb).

# %% [markdown] lang="en"
# ## And now
#
# 1. Take one of your works and disguise it until the machine loses it. Do you still recognise it? Does the person beside you?
# 2. As a group, sort ten pairs, from likeness to copy, without the machine; then with it. Talk about the pairs that divide you.
# 3. Write down, for your next work, a threshold of your own, in one sentence and without a figure.
#
# **Keeping.** Nothing to do: every run is a folder, with the pairs, the table and its record. `artia runs list` lists them; `artia rerun C1-is-it-a-copy.ipynb -p seed=7` makes the notebook again without a browser, with another seed.
#
# **Publishing.** A report shows other people’s works: licence and consent first. From a private corpus, nothing is published. To try next: [Small model](I3-small-model.ipynb), [Corpus keyboard](T1-corpus-keyboard.ipynb).
