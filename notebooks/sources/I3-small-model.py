# %% notebook [raw]
# experiment = "image.small-model"
# title = { fr = "Petit modèle", en = "Small model" }
# file = { fr = "I3-petit-modele.ipynb", en = "I3-small-model.ipynb" }

# %% [markdown] lang="fr"
# # Petit modèle
#
# Dans une minute, un réseau de neurones sera né ici, qui n’aura vu que vos images. Il commence par du bruit ; viennent des taches, des bords, puis un air de famille. Du reste du monde, il ne saura rien : ni le web, ni les musées, ni les autres artistes.
#
# Pour commencer, rien à décider : **Exécuter toutes les cellules**, dans le menu **Exécution**. Le laboratoire prête ses dessins, tracés par programme.
#
# Pour travailler avec vos images (de 20 à 500, parentes), mettez-les dans un dossier, par exemple `corpora/mes-images`, avec le bouton **Charger des fichiers** ; puis, dans un terminal, écrivez `artia corpus new ~/artia/corpora/mes-images`. On vous demandera le titre, l’auteur ou l’autrice, la licence, le consentement. Exécutez de nouveau : votre corpus est dans la liste du panneau.

# %% [markdown] lang="en"
# # Small model
#
# In a minute a neural network will have been born here that has never seen anything but your pictures. It begins with noise; patches of colour come, then edges, then a family look. Of the rest of the world it will know nothing: not the web, not the museums, not other artists.
#
# To begin with, nothing to decide: **Run All Cells**, in the **Run** menu. The lab lends its drawings, traced in code.
#
# To work with pictures of your own (20 to 500, related to one another), put them in a folder, for example `corpora/my-pictures`, with the **Upload Files** button; then, in a terminal, type `artia corpus new ~/artia/corpora/my-pictures`. You will be asked for the title, the author, the licence, the consent. Run again, and your corpus is in the panel’s list.

# %% tags=["parameters"]
corpus: str = ""  # Corpus (vide : celui du labo) / Corpus (empty: the lab's own)

# %% [markdown] lang="fr"
# ## Un premier apprentissage
#
# Le panneau tient les réglages et montre les dessins à mesure, sous la courbe de la perte qui descend. Arrêtez-le, fermez l’onglet, revenez plus tard.

# %% [markdown] lang="en"
# ## A first training
#
# The panel holds the settings and shows the drawings as they improve, under the curve of the loss as it falls. Stop it, close the tab, come back later.

# %%
from artia_lab import open_panel
panel = open_panel("image.small-model", corpus=corpus, size=size, steps=steps, zoom=zoom, mirrored=mirrored, samples=samples,
                   threshold=threshold, held_out=held_out, patience=patience, precision=precision, seed=seed)

# %%
panel

# %%
result = panel.result()

# %% [markdown] lang="fr"
# ## Lire les réglages
#
# - **Côté des images** : à 32 px, des vignettes, en une minute ; une carte graphique permet le double et plus.
# - **Pas d’apprentissage** : combien de fois on corrige le réseau. Peu, il n’a que la palette ; davantage, les bords et les gestes ; trop, il récite.
# - **Vues rapprochées**, **images en miroir** : les mêmes images, vues de plus près ou retournées, en valent plusieurs. Pas de miroir pour l’écriture.
# - **Seuil de copie** : à quelle proximité d’une de vos images on s’arrête. À vous de dire ce qui ne doit pas revenir.
# - **Images mises de côté**, **patience** : celles que le réseau ne verra jamais, et combien de bilans sans progrès sur elles on lui passe.
# - **Graine** : le point de départ du hasard. La même redonne le même modèle.

# %% [markdown] lang="en"
# ## Reading the settings
#
# - **Side of the pictures**: at 32 px, thumbnails, in a minute; a graphics card allows twice that and more.
# - **Steps of training**: how many times the network is corrected. Few, and it only has the palette; more, and it has edges and gestures; too many, and it recites.
# - **Close views**, **mirrored pictures**: the same pictures, seen from nearer or flipped, are worth several. No mirror for handwriting.
# - **Copy threshold**: how near one of your pictures we stop. It is for you to say what must not come back.
# - **Pictures set aside**, **patience**: those the network will never see, and how many looks without progress on them it is forgiven.
# - **Seed**: where chance starts from. The same one gives the same model again.

# %% [markdown] lang="fr"
# ## Apprendre de si peu
#
# Les grands modèles ont vu des milliards d’images, le plus souvent sans qu’on ait rien demandé à personne. Celui-ci n’a que vous. De 20 images, il n’y a guère de règle à tirer : il retiendra. De 500, il commence à distinguer ce qui revient (une lumière, un trait, une façon de cadrer) de ce qui n’est arrivé qu’une fois. Il connaîtra votre matière bien avant vos sujets.

# %% [markdown] lang="en"
# ## Learning from so little
#
# Large models have seen billions of pictures, most often without anyone being asked. This one has only you. From 20 pictures there is hardly a rule to be drawn: it will remember. From 500 it begins to tell what recurs (a light, a line, a way of framing) from what happened only once. It will know your matter well before your subjects.

# %% [markdown] lang="fr"
# ## Comment cela marche
#
# D’un côté, du bruit ; de l’autre, une de vos images ; entre les deux, un fondu enchaîné. On arrête le fondu n’importe où et l’on demande au réseau : par où est l’image ? Il se trompe, on le corrige un peu, on recommence avec une autre. Comme un même mélange peut mener à bien des images, il apprend à pointer vers leur milieu. Pour dessiner, on part d’un bruit neuf, on fait un petit pas dans la direction qu’il indique, on redemande : à chaque pas, moins d’images restent possibles, et la direction se précise.
#
# Plus exactement : on tire une image, un bruit gaussien et un instant `t` entre 0 et 1, et l’on forme `x = (1 − t) · image + t · bruit`. De `x` et de `t`, le réseau doit déduire la vitesse `bruit − image` ; sa perte est la moyenne des carrés de ses écarts. La réponse qui la rend minimale est la vitesse moyenne de tous les fondus qui passent par ce point ; suivre `dx/dt = v(x, t)` en revenant de 1 à 0 transporte alors la foule des bruits sur celle des images. C’est l’appariement de flots (*flow matching*).
#
# Un réseau parfait, avec tout son temps, ramènerait chaque bruit à l’une des images apprises. Ce qu’il fait de neuf, il le doit à ses limites.

# %% [markdown] lang="en"
# ## How it works
#
# At one end, noise; at the other, one of your pictures; between them, a crossfade. We stop the fade anywhere and ask the network: which way is the picture? It is wrong, we correct it a little, we start over with another. Since one blend may lead to many pictures, it learns to point towards the middle of them. To draw, we take fresh noise, make a small step in the direction it points to, and ask again: with each step fewer pictures remain possible, and the direction grows sharper.
#
# More exactly: we draw a picture, Gaussian noise and a moment `t` between 0 and 1, and form `x = (1 − t) · picture + t · noise`. From `x` and `t` the network must work out the velocity `noise − picture`; its loss is the mean of its squared errors. The answer that makes it smallest is the mean velocity of all the fades that pass through that point; following `dx/dt = v(x, t)` back from 1 to 0 then carries the crowd of noises onto the crowd of pictures. This is flow matching.
#
# A perfect network, given all the time it liked, would bring every noise back to one of the pictures it learnt. What it makes that is new, it owes to its limits.

# %% [markdown] lang="fr"
# ## Pourquoi s’arrêter tôt
#
# Tony Bonnaire et ses collègues ont chronométré deux choses ([2025](https://doi.org/10.48550/arXiv.2505.17638)) : le temps de bien dessiner, qui ne dépend guère du nombre d’images, et celui de les savoir par cœur, qui grandit avec lui. Entre les deux, une fenêtre, étroite avec 20 images, plus large avec 500. Dix fois en chemin, on guette donc deux signes : l’erreur remonte sur les images mises de côté, et le réseau récite ; ou un dessin s’approche trop de ce qu’il a vu. On arrête alors, et l’on revient à un état d’avant. Un dessin final qui passe le seuil est écarté, et remplacé.

# %% [markdown] lang="en"
# ## Why stop early
#
# Tony Bonnaire and colleagues timed two things ([2025](https://doi.org/10.48550/arXiv.2505.17638)): how long it takes to draw well, which hardly depends on the number of pictures; and how long it takes to know them by heart, which grows with it. Between the two there is a window, narrow with 20 pictures, wider with 500. So, ten times along the way, we watch for two signs: the error climbs on the pictures set aside, and the network is reciting; or a drawing comes too near to what it has seen. Then we stop, and go back to an earlier state. A final drawing that passes the threshold is set aside, and replaced.

# %% [markdown] lang="fr"
# ## D’où cela vient
#
# Jascha Sohl-Dickstein et ses collègues prennent à la physique l’idée de dissoudre une image dans le bruit et d’apprendre le retour ([2015](https://doi.org/10.48550/arXiv.1503.03585)) ; Jonathan Ho, Ajay Jain et Pieter Abbeel en tirent des images qui convainquent ([2020](https://doi.org/10.48550/arXiv.2006.11239)). Le chemin était sinueux. Deux équipes montrent qu’on peut le tracer droit : Yaron Lipman et ses collègues, avec l’appariement de flots ([2023](https://doi.org/10.48550/arXiv.2210.02747)) ; Xingchao Liu, Chengyue Gong et Qiang Liu, avec les flots rectifiés ([2023](https://doi.org/10.48550/arXiv.2209.03003)). Mason Kamb et Surya Ganguli expliquent enfin une part de ce qu’inventent ces réseaux : bâtis de convolutions, ils regardent de près, partout de la même façon, et composent des mosaïques de fragments appris ([2025](https://doi.org/10.48550/arXiv.2412.20292)). [Mosaïque de soi](I1-mosaique-de-soi.ipynb) les prend au mot, sans réseau.

# %% [markdown] lang="en"
# ## Where it comes from
#
# Jascha Sohl-Dickstein and colleagues took from physics the idea of dissolving a picture in noise and learning the way back ([2015](https://doi.org/10.48550/arXiv.1503.03585)); Jonathan Ho, Ajay Jain and Pieter Abbeel drew convincing pictures from it ([2020](https://doi.org/10.48550/arXiv.2006.11239)). The road was winding. Two teams showed that it could be laid straight: Yaron Lipman and colleagues, with flow matching ([2023](https://doi.org/10.48550/arXiv.2210.02747)); Xingchao Liu, Chengyue Gong and Qiang Liu, with rectified flow ([2023](https://doi.org/10.48550/arXiv.2209.03003)). Lastly Mason Kamb and Surya Ganguli explained part of what such networks invent: built of convolutions, they look from close by, everywhere in the same way, and compose mosaics of learnt fragments ([2025](https://doi.org/10.48550/arXiv.2412.20292)). [Self-mosaic](I1-self-mosaic.ipynb) takes them at their word, without a network.

# %% [markdown] lang="fr"
# ## Ce que cela ne sait pas faire
#
# À 32 px, ce n’est pas un tirage d’exposition : une esquisse, un motif, une image d’animation. Le modèle imite ce qui revient souvent et de près : palette, grain, trame, bords, lumière. Il n’imite ni le rare, ni ce qui se tient de loin : un visage, une écriture, une composition. Il ne sait pas ce qu’il montre. D’un corpus disparate, il fait une soupe ; d’un corpus injuste, des images injustes.

# %% [markdown] lang="en"
# ## What it cannot do
#
# At 32 px this is no exhibition print: a sketch, a motif, a frame of animation. The model imitates what comes often and is seen from near: palette, grain, weave, edges, light. It imitates neither the rare nor what holds together from afar: a face, handwriting, a composition. It does not know what it shows. Of a motley corpus it makes soup; of an unfair one, unfair pictures.

# %% [markdown] lang="fr"
# ## Vérifier
#
# Deux promesses, vérifiées sur l’essai : la perte a baissé, et aucun des dessins gardés ne passe le seuil. Deux fois `True` : elles sont tenues.

# %% [markdown] lang="en"
# ## Checking
#
# Two promises, checked on the run: the loss fell, and none of the drawings that were kept passes the threshold. Two times `True`: they are kept.

# %% tags=["nbval-check-output"]
from artia_lab.experiments.image.proof import loss_fell, no_draw_is_a_copy
print(loss_fell(result.folder), no_draw_is_a_copy(result.folder))

# %% [markdown] lang="fr"
# ## La courbe
#
# Trait plein, la perte sur les images vues ; tirets, sur celles mises de côté ; pointillé, la proximité d’une copie. Tant que les deux premiers descendent ensemble, le réseau comprend ; quand ils se quittent, il récite. Le tableau dit la même chose en chiffres.

# %% [markdown] lang="en"
# ## The curve
#
# Solid, the loss on the pictures seen; dashed, on those set aside; dotted, the nearness to a copy. As long as the first two go down together, the network understands; when they part, it recites. The table says the same in figures.

# %%
result.show_trace("curve")

# %%
result.show_trace("training")

# %% [markdown] lang="fr"
# ## Tirer d’autres images
#
# Le modèle est gardé ; dessiner ne prend plus que des secondes. Ce second panneau passe d’une graine à une autre, en animation ; il sait aussi repartir d’une image du corpus, plus ou moins noyée (Chenlin Meng et ses collègues, [2022](https://doi.org/10.48550/arXiv.2108.01073)), ou du seul hasard. Un autre carnet rouvre un modèle par son identifiant ; noms, licence et ressemblance suivent ce dont il a appris.

# %% [markdown] lang="en"
# ## Drawing more
#
# The model is kept; drawing now takes only seconds. This second panel passes from one seed to another, as an animation; it can also start from a picture of the corpus, drowned more or less (Chenlin Meng and colleagues, [2022](https://doi.org/10.48550/arXiv.2108.01073)), or from chance alone. Another notebook opens a model by its id; names, licence and likeness follow what it learnt from.

# %%
draws = open_panel("image.small-model-samples", corpus=corpus, model=result.folder.id,
                   how="between-seeds", seed=seed, other_seed=(seed + 1) % 2**32)
draws

# %%
drawn = draws.result()

# %% [markdown] lang="fr"
# ## Est-ce une copie ?
#
# La ressemblance dit, de chaque dessin, ce qu’il reprend du corpus. Basse, elle ne dit pas qu’il est sans dette. [Est-ce une copie ?](C1-est-ce-une-copie.ipynb) pose la question en grand.
#
# ## Ce que cela coûte, et à qui c’est
#
# L’essai dit l’électricité dépensée, mesurée ou estimée ; s’arrêter tôt en épargne. Au Québec, où le courant est presque tout hydraulique, cela fait peu de gaz à effet de serre ; pas rien, car les rivières ont été harnachées sur des territoires habités.
#
# Un modèle est une empreinte de son corpus : il en porte les noms, la licence, le consentement. Accepter d’être exposé·e n’est pas accepter d’en devenir le modèle : demandez.

# %% [markdown] lang="en"
# ## Is it a copy?
#
# The likeness says, of each drawing, what it takes from the corpus. When it is low, that does not mean it is free of debt. [Is it a copy?](C1-is-it-a-copy.ipynb) asks the question at full length.
#
# ## What it costs, and whose it is
#
# The run says how much electricity was spent, measured or estimated; stopping early saves some. In Québec, where nearly all power is hydroelectric, that makes little greenhouse gas; not nothing, for the rivers were harnessed on inhabited lands.
#
# A model is an imprint of its corpus: it carries its names, its licence, its consent. Agreeing to be shown is not agreeing to be learnt from: ask.

# %% [markdown] lang="fr"
# ## Et maintenant
#
# 1. Apprenez deux fois, de 20 images puis de 100, avec le même nombre de pas. Lequel des deux modèles se souvient, lequel imagine ?
# 2. Faites le corpus d’un seul geste : cent feuilles, cent plis, cent cieux. Ôtez ensuite les dix que vous aimez le moins, et recommencez : que vaut une absence ?
# 3. Repartez d’une image, noyée de plus en plus. Où cesse-t-elle d’être la vôtre ?
#
# **Garder.** Rien à faire : chaque essai est un dossier, le modèle en est un autre. `artia models list` les énumère, `artia models show last` décrit le dernier, `artia models check last` dit s’il est intact. Arrêté ou interrompu, un apprentissage repart d’où il en était, du panneau ou par `artia runs resume last`, et finit pareil.
#
# **Publier.** Tout passe par la licence et le consentement du corpus, pour les dessins comme pour le modèle. D’un corpus privé, rien ne se publie. À essayer ensuite : [Est-ce une copie ?](C1-est-ce-une-copie.ipynb), [Mosaïque de soi](I1-mosaique-de-soi.ipynb).

# %% [markdown] lang="en"
# ## And now
#
# 1. Train twice, on 20 pictures then on 100, with the same number of steps. Which of the two models remembers, which one imagines?
# 2. Make the corpus of one single gesture: a hundred leaves, a hundred folds, a hundred skies. Then take away the ten you like least, and start over: what is an absence worth?
# 3. Start from a picture, drowned more and more. Where does it stop being yours?
#
# **Keeping.** Nothing to do: every run is a folder, the model is another. `artia models list` lists them, `artia models show last` describes the latest, `artia models check last` says whether it is intact. Stopped or cut off, a training goes on from where it was, from the panel or with `artia runs resume last`, and ends the same.
#
# **Publishing.** Everything goes through the licence and the consent of the corpus, for the drawings as for the model. From a private corpus, nothing is published. To try next: [Is it a copy?](C1-is-it-a-copy.ipynb), [Self-mosaic](I1-self-mosaic.ipynb).
