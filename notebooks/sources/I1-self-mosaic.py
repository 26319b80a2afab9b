# %% notebook [raw]
# experiment = "image.self-mosaic"
# title = { fr = "Mosaïque de soi", en = "Self-mosaic" }
# file = { fr = "I1-mosaique-de-soi.ipynb", en = "I1-self-mosaic.ipynb" }

# %% [markdown] lang="fr"
# # Mosaïque de soi
#
# Dans une minute, une image aura repoussé ici : nouvelle, et pourtant faite tout entière de la matière d’une autre. Rien n’a été appris ailleurs ; chacun de ses pixels a une adresse dans votre corpus, et le carnet vous la montre.
#
# Pour commencer, rien à décider : **Exécuter toutes les cellules**, dans le menu **Exécution**. Le laboratoire prête ses dessins, tracés par programme.
#
# Pour travailler avec vos images (une seule suffit), mettez-les dans un dossier, par exemple `corpora/mes-images`, avec le bouton **Charger des fichiers** ; puis, dans un terminal, écrivez `artia corpus new ~/artia/corpora/mes-images`. On vous demandera le titre, l’auteur ou l’autrice, la licence, le consentement. Exécutez de nouveau : votre corpus est dans la liste du panneau.

# %% [markdown] lang="en"
# # Self-mosaic
#
# In a minute a picture will have grown here: new, and yet made entirely of the matter of another. Nothing was learnt elsewhere; each of its pixels has an address in your corpus, and the notebook shows it to you.
#
# To begin with, nothing to decide: **Run All Cells**, in the **Run** menu. The lab lends its drawings, traced in code.
#
# To work with pictures of your own (a single one is enough), put them in a folder, for example `corpora/my-pictures`, with the **Upload Files** button; then, in a terminal, type `artia corpus new ~/artia/corpora/my-pictures`. You will be asked for the title, the author, the licence, the consent. Run again, and your corpus is in the panel’s list.

# %% tags=["parameters"]
corpus: str = ""  # Corpus (vide : celui du labo) / Corpus (empty: the lab's own)

# %% [markdown] lang="fr"
# ## Une première image
#
# Le panneau tient les réglages. Il travaille dans son coin : arrêtez-le, fermez l’onglet, revenez plus tard.

# %% [markdown] lang="en"
# ## A first picture
#
# The panel holds the settings. It works on its own: stop it, close the tab, come back later.

# %%
from artia_lab import open_panel
panel = open_panel("image.self-mosaic", corpus=corpus, picture=picture, sources=sources, width=width,
                   shape=shape, patch=patch, liberty=liberty, balance=balance, mirrored=mirrored, seed=seed)

# %%
panel

# %%
result = panel.result()

# %% [markdown] lang="fr"
# ## Lire les réglages
#
# - **Matière** : l’image de départ seule, ou toutes celles du corpus, qui se mêlent alors dans la même toile.
# - **Largeur** et **format** : rien n’est étiré. Un panorama tiré d’un carré se remplit de matière nouvelle, comme un lierre gagne un mur.
# - **Taille des fragments** : à 3 px, les formes se défont en grain ; à 7, on retrouve des traits, des bords, des plis ; à 15, des morceaux entiers reviennent, et la mosaïque commence à citer.
# - **Liberté** : à 1, la composition naît du hasard ; vers 0,3, l’original remonte à la surface, troublé comme un reflet.
# - **Place aux détails rares** : à 0, le ciel, le mur ou le papier envahissent tout, car ce qui est uni ressemble à tout ; à 1, chaque recoin cherche à revenir.
# - **Fragments en miroir** : plus de variété, au prix de symétries inventées et d’écritures à l’envers.
# - **Graine** : le point de départ du hasard. La même redonne la même image.

# %% [markdown] lang="en"
# ## Reading the settings
#
# - **Material**: the starting picture alone, or all those of the corpus, which then mingle in the same canvas.
# - **Width** and **shape**: nothing is stretched. A panorama drawn from a square fills up with new matter, the way ivy gains a wall.
# - **Size of the fragments**: at 3 px shapes dissolve into grain; at 7 you find strokes, edges, folds; at 15 whole pieces return, and the mosaic begins to quote.
# - **Liberty**: at 1 the composition is born of chance; around 0.3 the original rises to the surface, troubled like a reflection.
# - **Room for rare details**: at 0 the sky, the wall or the paper takes over, since what is plain resembles everything; at 1 every nook tries to return.
# - **Mirrored fragments**: more variety, at the price of invented symmetries and of writing turned backwards.
# - **Seed**: where chance starts from. The same one gives the same picture again.

# %% [markdown] lang="fr"
# ## Comment cela marche
#
# Un modèle de diffusion fait une chose simple, beaucoup de fois : il regarde une image noyée dans le bruit, devine un peu de ce qu’il y a dessous, et recommence avec moins de bruit. D’ordinaire, c’est un réseau de neurones qui devine, après avoir vu des millions d’images. Ici, on calcule.
#
# L’image de départ est découpée en petits carrés qui se chevauchent : ses fragments. Devant chaque carré de bruit, on se demande : si ce bruit cachait l’un d’eux, lequel ? Chacun reçoit une part, d’autant plus grande qu’il explique mieux ce qu’on voit, et l’on pose là leur moyenne selon ces parts. Quand on ne connaît qu’un nombre fini de fragments, aucune réponse n’est meilleure : un réseau parfait, instruit de cette seule image, apprendrait à donner celle-là. Il n’y a donc rien à entraîner.
#
# On commence tout petit, une vingtaine de pixels : là se décide la composition. Puis on agrandit par paliers. À la fin, chaque pixel est pris tel quel à un seul endroit de l’original : c’est pourquoi la carte des sources est exacte.

# %% [markdown] lang="en"
# ## How it works
#
# A diffusion model does one simple thing, many times: it looks at a picture drowned in noise, guesses a little of what lies underneath, and starts over with less noise. As a rule a neural network does the guessing, after having seen millions of pictures. Here it is worked out.
#
# The starting picture is cut into small squares that overlap: its fragments. Before each square of noise we ask: if this noise were hiding one of them, which one? Each receives a share, the greater the better it explains what is seen, and their mean according to these shares is laid there. When only a finite number of fragments is known, no answer is better: a perfect network, taught by this picture alone, would learn to give that one. So there is nothing to train.
#
# We begin very small, some twenty pixels: that is where the composition is settled. Then we enlarge step by step. At the end each pixel is taken as it is from one single place of the original: that is why the source map is exact.

# %% [markdown] lang="fr"
# ## D’où cela vient
#
# En 1999, Alexei Efros et Thomas Leung font pousser une texture pixel par pixel, en cherchant chaque fois dans l’échantillon un voisinage semblable ([1999](https://doi.org/10.1109/ICCV.1999.790383)). Connelly Barnes et ses collègues apprennent ensuite à chercher vite, de proche en proche, avec PatchMatch ([2009](https://doi.org/10.1145/1531326.1531330)), dont notre moteur se sert encore.
#
# Viennent les modèles de diffusion, qui semblent tout autre chose. Mason Kamb et Surya Ganguli montrent que ceux qui sont bâtis de convolutions composent, pour une bonne part, des mosaïques de fragments vus pendant l’apprentissage ([2025](https://doi.org/10.48550/arXiv.2412.20292)). Haojun Qiu, Kiriakos Kutulakos et David Lindell proposent une méthode pour une seule image, sans entraînement, là où l’on comptait en heures de carte graphique ([2026](https://doi.org/10.48550/arXiv.2606.04299)). Ce carnet suit leur voie, avec deux ajouts de notre cru : la place faite aux détails rares, et les pixels pris tels quels.

# %% [markdown] lang="en"
# ## Where it comes from
#
# In 1999 Alexei Efros and Thomas Leung grew a texture pixel by pixel, looking each time in the sample for a similar neighbourhood ([1999](https://doi.org/10.1109/ICCV.1999.790383)). Connelly Barnes and colleagues then learnt to search fast, from neighbour to neighbour, with PatchMatch ([2009](https://doi.org/10.1145/1531326.1531330)), which our engine still uses.
#
# Then came diffusion models, which seem to be something else altogether. Mason Kamb and Surya Ganguli showed that those built of convolutions compose, to a large extent, mosaics of fragments seen in training ([2025](https://doi.org/10.48550/arXiv.2412.20292)). Haojun Qiu, Kiriakos Kutulakos and David Lindell proposed a method for a single picture, without training, where hours of graphics card used to be counted ([2026](https://doi.org/10.48550/arXiv.2606.04299)). This notebook follows their path, with two additions of ours: the room made for rare details, and the pixels taken as they are.

# %% [markdown] lang="fr"
# ## Ce que cela ne sait pas faire
#
# La mosaïque ne sait pas ce qu’elle montre. Elle accorde ce qui se touche, jamais ce qui se répond de loin : un visage peut avoir trois yeux, une phrase devient un motif d’encre, l’horizon se plie. Elle n’invente aucune couleur. Les foules, les feuillages, les matières lui vont bien ; un objet seul au milieu d’une page, moins. Et elle copie : avec de grands fragments ou une liberté basse, des pans entiers de l’original se retrouvent tels quels.

# %% [markdown] lang="en"
# ## What it cannot do
#
# The mosaic does not know what it shows. It reconciles what touches, never what answers from afar: a face may have three eyes, a sentence becomes a pattern of ink, the horizon folds. It invents no colour. Crowds, foliage, fabrics suit it well; a lone object in the middle of a page, less. And it copies: with large fragments or low liberty, whole sections of the original turn up as they stand.

# %% [markdown] lang="fr"
# ## Vérifier
#
# Deux promesses, vérifiées sur l’essai : les parts des fragments ont toujours fait un, et chaque couleur de l’image se trouve, telle quelle, dans la matière. Deux fois `True` : elles sont tenues.

# %% [markdown] lang="en"
# ## Checking
#
# Two promises, checked on the run: the shares of the fragments always added up to one, and every colour in the picture is found, as it is, in the material. Two times `True`: they are kept.

# %% tags=["nbval-check-output"]
from artia_lab.experiments.image.proof import pixels_come_from_the_corpus, shares_add_up
print(shares_add_up(result.folder), pixels_come_from_the_corpus(result.folder))

# %% [markdown] lang="fr"
# ## D’où vient chaque pixel
#
# À gauche, la mosaïque, où chaque endroit prend la couleur de son lieu d’origine ; à droite, la clé : la matière, teinte de la même façon. Les lignes sombres sont les coutures, et les grandes plages entre elles, des citations. Ce qui n’a jamais servi reste gris dans la clé. Le tableau dit la même chose sans couleur, pour les premières cases de la mosaïque : leur cadre (en pixels), combien de morceaux elles tiennent, puis, pour le plus grand, son fichier, sa part de la case, s’il est en miroir, et son cadre dans ce fichier (en pour cent).

# %% [markdown] lang="en"
# ## Where every pixel comes from
#
# On the left, the mosaic, where every spot takes the colour of its place of origin; on the right, the key: the material, tinted in the same way. The dark lines are the seams, and the wide areas between them, quotations. What was never used stays grey in the key. The table says the same without colour, for the first cells of the mosaic: their box (in pixels), how many pieces they hold, then, for the largest, its file, its share of the cell, whether it is mirrored, and its box in that file (in percent).

# %%
result.show_trace("source-map")

# %%
result.show_trace("sources")

# %% [markdown] lang="fr"
# ## Est-ce une copie ?
#
# Tous les pixels viennent du corpus ; la ressemblance, sous l’image, dit autre chose. Elle compare des fenêtres plus larges, qu’un œil reconnaîtrait, et donne la part de celles qui s’y trouvent presque telles quelles. Élevée, elle dit que l’on reconnaîtra la source. Basse, elle ne dit pas que l’image est sans dette : une palette, une main, une manière se reconnaissent à moins, et elle ne compare qu’à ce qui a servi.
#
# ## Ce que cela coûte, et à qui c’est
#
# L’essai dit l’électricité dépensée, et si elle est mesurée par la machine ou estimée. Au Québec, où le courant est presque tout hydraulique, cela fait très peu de gaz à effet de serre ; pas rien, car les rivières ont été harnachées sur des territoires habités.
#
# Un corpus est toujours à quelqu’un. Sa fiche dit qui a fait les images, sous quelle licence, avec quel consentement ; l’essai en garde la trace. Une personne photographiée a son mot à dire, même en fragments.

# %% [markdown] lang="en"
# ## Is it a copy?
#
# All pixels come from the corpus; the likeness, under the picture, says something else. It compares wider windows, which an eye would know again, and gives the share of those that stand there nearly as they are. When it is high, the source will be recognised. When it is low, that does not mean the picture is free of debt: less is enough to know a palette, a hand, a manner again, and it compares only with what was used.
#
# ## What it costs, and whose it is
#
# The run says how much electricity was spent, and whether the machine measured it or it was estimated. In Québec, where nearly all power is hydroelectric, that makes very little greenhouse gas; not nothing, for the rivers were harnessed on inhabited lands.
#
# A corpus always belongs to somebody. Its datasheet says who made the pictures, under which licence, with what consent; the run keeps the record. A person who was photographed has a say, even in fragments.

# %% [markdown] lang="fr"
# ## Et maintenant
#
# 1. Ne changez que la taille des fragments : 3, 7, 11, 15. Quand votre image cesse-t-elle d’être une matière et redevient-elle une image ?
# 2. Descendez la liberté de 1 à 0 par pas de 0,2, avec la même graine, et posez les six images côte à côte : c’est un fondu entre le hasard et l’original.
# 3. Réunissez deux images qui n’ont rien à faire ensemble (un lichen et une carte, un tissu et une façade), choisissez toute la matière du corpus, et cherchez dans la carte des sources les coutures que l’œil ne voyait pas.
#
# **Garder.** Rien à faire : chaque essai est un dossier, avec l’image, la carte des sources, le tableau et son procès-verbal. `artia runs list` les énumère ; `artia rerun I1-mosaique-de-soi.ipynb -p seed=7` refait le carnet sans navigateur, avec une autre graine.
#
# **Publier.** Tout passe par la licence et le consentement du corpus : nommez ses auteurs et autrices, joignez le procès-verbal. D’un corpus privé, rien ne se publie. À essayer ensuite : [Mosaïque sonore](A4-mosaique-sonore.ipynb), [Clavier de corpus](T1-clavier-de-corpus.ipynb).

# %% [markdown] lang="en"
# ## And now
#
# 1. Change only the size of the fragments: 3, 7, 11, 15. When does your picture stop being matter and become a picture again?
# 2. Bring liberty down from 1 to 0 by steps of 0.2, with the same seed, and lay the six pictures side by side: it is a crossfade between chance and the original.
# 3. Put together two pictures that have no business with each other (a lichen and a map, a fabric and a façade), choose all the material of the corpus, and look in the source map for the seams that the eye did not see.
#
# **Keeping.** Nothing to do: every run is a folder, with the picture, the source map, the table and its record. `artia runs list` lists them; `artia rerun I1-self-mosaic.ipynb -p seed=7` makes the notebook again without a browser, with another seed.
#
# **Publishing.** Everything goes through the licence and the consent of the corpus: name its authors, attach the record. From a private corpus, nothing is published. To try next: [Sound mosaic](A4-sound-mosaic.ipynb), [Corpus keyboard](T1-corpus-keyboard.ipynb).
