# %% notebook [raw]
# experiment = "audio.sound-mosaic"
# title = { fr = "Mosaïque sonore", en = "Sound mosaic" }
# file = { fr = "A4-mosaique-sonore.ipynb", en = "A4-sound-mosaic.ipynb" }

# %% [markdown] lang="fr"
# # Mosaïque sonore
#
# Dans une minute, un air fredonné sera joué par des cloches, une harpe, du papier, des pas dans la neige. Votre voix, ensuite, peut mener n’importe quels sons : chaque instant de ce que vous chantez appelle, dans le corpus, le grain qui lui ressemble le plus.
#
# Pour commencer, rien à décider : **Exécuter toutes les cellules**, dans le menu **Exécution**. Le laboratoire prête une poignée de sons, composés par programme.
#
# Pour travailler avec vos sons (et une voix, un fredon, un rythme tapé du doigt qui les mènera), mettez-les dans un dossier, par exemple `corpora/mes-sons`, avec le bouton **Charger des fichiers** ; puis, dans un terminal, écrivez `artia corpus new ~/artia/corpora/mes-sons`. On vous demandera le titre, l’auteur ou l’autrice, la licence, le consentement. Exécutez de nouveau : votre corpus est dans la liste du panneau.

# %% [markdown] lang="en"
# # Sound mosaic
#
# In a minute a hummed tune will be played by bells, a harp, paper, steps in snow. Then your voice can drive any sounds you like: each moment of what you sing calls up, in the corpus, the grain that resembles it most.
#
# To begin with, nothing to decide: **Run All Cells**, in the **Run** menu. The lab lends a handful of sounds, composed in code.
#
# To work with sounds of your own (and a voice, a hum, a rhythm tapped with a finger to drive them), put them in a folder, for example `corpora/my-sounds`, with the **Upload Files** button; then, in a terminal, type `artia corpus new ~/artia/corpora/my-sounds`. You will be asked for the title, the author, the licence, the consent. Run again, and your corpus is in the panel’s list.

# %% tags=["parameters"]
corpus: str = ""  # Corpus (vide : celui du labo) / Corpus (empty: the lab's own)

# %% [markdown] lang="fr"
# ## Une première mosaïque
#
# Le panneau tient les réglages. Il travaille dans son coin : arrêtez-le, fermez l’onglet, revenez plus tard.

# %% [markdown] lang="en"
# ## A first mosaic
#
# The panel holds the settings. It works on its own: stop it, close the tab, come back later.

# %%
from artia_lab import open_panel
panel = open_panel("audio.sound-mosaic", corpus=corpus, target=target, grain=grain, crossfade=crossfade, continuity=continuity,
                   variety=variety, repetition=repetition, reach=reach, follow_level=follow_level, length=length, seed=seed)

# %%
panel

# %%
result = panel.result()

# %% [markdown] lang="fr"
# ## Lire les réglages
#
# - **Son qui mène** : on ne l’entend jamais ; on n’entend que ce qui lui répond.
# - **Durée des grains** : à 50 ms, une pâte qui épouse chaque inflexion ; à 150 ms, des gestes ; à 400 ms, on reconnaît la cloche, le pas, la goutte, mais le contour de la voix s’efface.
# - **Fondu** : peu, et l’on entend les coutures ; beaucoup, et tout coule.
# - **Continuité** : à 0, le collage saute sans cesse ; à 1, de longs moments du corpus sont joués tels quels, comme un souvenir qui insiste.
# - **Hasard** et **graine** : à 0, toujours le grain le plus proche ; plus haut, un choix parmi les plus proches, que la graine décide.
# - **Éviter de se répéter** : à 0, un grain chanceux peut bégayer, et c’est parfois beau.
# - **Étendue** : une voix est étroite à côté d’un orage. Plus haut, ses contrastes s’étirent, et des sons qui se taisaient se mettent à répondre.
# - **Suivre l’intensité** : la mosaïque respire comme la voix ; sinon, chaque grain garde sa force.

# %% [markdown] lang="en"
# ## Reading the settings
#
# - **Sound that drives**: it is never heard; only what answers it is.
# - **Grain length**: at 50 ms, a paste that clings to every inflection; at 150 ms, gestures; at 400 ms, you recognise the bell, the step, the drop, but the outline of the voice fades.
# - **Crossfade**: a little, and the seams are heard; a lot, and everything flows.
# - **Continuity**: at 0 the collage jumps all the time; at 1 long moments of the corpus are played as they are, like a memory that insists.
# - **Chance** and **seed**: at 0, always the nearest grain; higher up, a choice among the nearest, which the seed decides.
# - **Avoid repeating**: at 0 a lucky grain may stutter, and sometimes that is lovely.
# - **Reach**: a voice is narrow beside a thunderstorm. Higher up, its contrasts are stretched, and sounds that kept silent begin to answer.
# - **Follow the loudness**: the mosaic breathes like the voice; otherwise each grain keeps its own strength.

# %% [markdown] lang="fr"
# ## Comment cela marche
#
# Tous les sons du corpus sont coupés en grains. De chacun, on ne retient que l’allure de son spectre (combien de grave, de médium, d’aigu, au début du grain, puis juste après) et sa force, mesurées à la façon de l’oreille, plus fine dans le grave que dans l’aigu. Douze nombres suffisent alors à le situer : chaque grain devient un point dans un espace où les sons qui se ressemblent sont voisins. Une corde frottée s’y trouve quelque part entre la flûte et le vent.
#
# Le son qui mène est coupé de la même manière. Pour chacun de ses instants, on cherche les grains les plus proches ; puis, parmi les chemins qui vont de l’un à l’autre, celui qui coûte le moins : s’éloigner coûte, quitter un enregistrement coûte, se répéter coûte. Les réglages sont ces prix. Les grains choisis sont enfin posés l’un sur le bord de l’autre.
#
# Rien n’est synthétisé ni appris : la mosaïque ne contient que votre corpus, déplacé dans le temps. Les silences du son qui mène restent des silences.

# %% [markdown] lang="en"
# ## How it works
#
# All the sounds of the corpus are cut into grains. Of each we keep only the shape of its spectrum (how much low, middle and high, at the start of the grain and just after) and its strength, measured the way the ear does, more finely in the low range than in the high. Twelve numbers are then enough to place it: each grain becomes a point in a space where sounds that resemble one another are neighbours. A bowed string is in there somewhere between the flute and the wind.
#
# The sound that drives is cut in the same way. For each of its moments we look for the nearest grains; then, among the paths that lead from one to the next, for the one that costs least: straying costs, leaving a recording costs, repeating costs. The settings are these prices. The grains chosen are then laid down, each over the edge of the one before.
#
# Nothing is synthesised or learnt: the mosaic holds only your corpus, moved about in time. The silences of the sound that drives remain silences.

# %% [markdown] lang="fr"
# ## D’où cela vient
#
# L’idée est plus vieille que l’ordinateur. En 1952 et 1953, John Cage, Earle Brown, David Tudor, Louis et Bebe Barron coupent et collent à la main, pendant près d’un an, environ six cents enregistrements : c’est *Williams Mix*, quatre minutes de bande sur huit pistes, dont la partition est un patron de couture.
#
# La machine apprend ensuite à choisir. La synthèse de la parole, d’abord : assembler des bouts de voix en payant pour les écarts et pour les coutures (Andrew Hunt et Alan Black, [1996](https://doi.org/10.1109/ICASSP.1996.541110)). Diemo Schwarz porte le principe à la musique dès 2000 (congrès DAFx, Vérone) ; Aymeric Zils et François Pachet proposent en 2001 la « mosaïque musicale », où l’on décrit un son et où la machine trouve les grains qui le composent (DAFx, Limerick). Avec CataRT, présenté à Montréal en 2006 (DAFx), Schwarz, Grégory Beller, Bruno Verbrugghe et Sam Britton en font un instrument que l’on joue en direct. Schwarz a raconté ces premières années ([2006](https://doi.org/10.1080/09298210600696857)).

# %% [markdown] lang="en"
# ## Where it comes from
#
# The idea is older than the computer. In 1952 and 1953 John Cage, Earle Brown, David Tudor, Louis and Bebe Barron cut and spliced by hand, for nearly a year, about six hundred recordings: it became *Williams Mix*, four minutes of tape on eight tracks, whose score is a dressmaker’s pattern.
#
# Then machines learnt to choose. Speech synthesis came first: assembling bits of voice while paying for mismatches and for seams (Andrew Hunt and Alan Black, [1996](https://doi.org/10.1109/ICASSP.1996.541110)). Diemo Schwarz carried the principle over to music from 2000 on (DAFx conference, Verona); in 2001 Aymeric Zils and François Pachet proposed “musical mosaicing”, in which one describes a sound and the machine finds the grains to compose it (DAFx, Limerick). With CataRT, presented in Montréal in 2006 (DAFx), Schwarz, Grégory Beller, Bruno Verbrugghe and Sam Britton made it an instrument to be played live. Schwarz has told the story of these early years ([2006](https://doi.org/10.1080/09298210600696857)).

# %% [markdown] lang="fr"
# ## Ce que cela ne sait pas faire
#
# La mosaïque suit une allure, pas un sens : elle n’entend ni les mots, ni l’harmonie, et ne connaît la hauteur qu’à peu près. Elle ne transpose rien : sans grave dans le corpus, le grave de votre voix restera sans vraie réponse. Tout est ramené en mono. L’oreille dont elle s’inspire est une moyenne : des sons que vous distinguez sans peine peuvent lui paraître voisins. Et elle cite, par construction : avec de longs grains et beaucoup de continuité, ce n’est plus une mosaïque, mais un montage d’extraits.

# %% [markdown] lang="en"
# ## What it cannot do
#
# The mosaic follows a shape, not a meaning: it hears neither words nor harmony, and knows pitch only roughly. It transposes nothing: with no low sounds in the corpus, the low notes of your voice will find no true answer. Everything is brought down to mono. The ear it takes after is an average one: sounds that you tell apart without effort may look like neighbours to it. And it quotes, by construction: with long grains and a lot of continuity, it is no longer a mosaic but an edit of excerpts.

# %% [markdown] lang="fr"
# ## Vérifier
#
# Une promesse, vérifiée sur l’essai : chaque grain vient d’un fichier du corpus et tient tout entier dedans. `True` : elle est tenue.

# %% [markdown] lang="en"
# ## Checking
#
# One promise, checked on the run: every grain comes from a file of the corpus and lies wholly within it. `True`: it is kept.

# %% tags=["nbval-check-output"]
from artia_lab.experiments.audio.proof import every_grain_is_traced
print(every_grain_is_traced(result.folder))

# %% [markdown] lang="fr"
# ## D’où vient chaque grain
#
# L’image se lit comme une partition. En haut, le spectre du son qui mène ; dessous, celui de la mosaïque ; puis une ligne par fichier, nommée, du plus joué au moins joué, où une marque dit quand il sonne. Le tableau dit la même chose : le moment dans la mosaïque, le fichier, le début et la fin dans ce fichier (en secondes), le gain (en décibels), la distance à l’instant auquel le grain répond, et s’il continue le précédent.

# %% [markdown] lang="en"
# ## Where every grain comes from
#
# The picture reads like a score. On top, the spectrum of the sound that drives; under it, that of the mosaic; then one line per file, named, from the most played to the least, where a mark says when it sounds. The table says the same: the time in the mosaic, the file, the start and end within that file (in seconds), the gain (in decibels), the distance to the moment that the grain answers, and whether it continues the one before.

# %%
result.show_trace("picture")

# %%
result.show_trace("grains")

# %% [markdown] lang="fr"
# ## Est-ce une copie ?
#
# Tous les grains sont des copies ; la ressemblance, sous le son, dit autre chose. Elle cherche les passages qui sonnent presque comme dans le corpus pendant un cinquième de seconde au moins, et donne leur part et le plus long. Élevée, elle dit qu’on reconnaîtra les enregistrements : pensez à qui les a faits. Basse, elle ne dit pas que la mosaïque est sans dette : un timbre se reconnaît à moins, et elle ne compare qu’au corpus.
#
# ## Ce que cela coûte, et à qui c’est
#
# L’essai dit l’électricité dépensée, et si elle est mesurée par la machine ou estimée. Au Québec, où le courant est presque tout hydraulique, cela fait très peu de gaz à effet de serre ; pas rien, car les rivières ont été harnachées sur des territoires habités.
#
# Un corpus est toujours à quelqu’un. Sa fiche dit qui a enregistré, sous quelle licence, avec quel consentement ; l’essai en garde la trace. Une voix, même hachée menu, est celle d’une personne : demandez.

# %% [markdown] lang="en"
# ## Is it a copy?
#
# All grains are copies; the likeness, under the sound, says something else. It looks for the stretches that sound nearly as they do in the corpus for a fifth of a second at least, and gives their share and the longest. When it is high, the recordings will be recognised: think of who made them. When it is low, that does not mean the mosaic is free of debt: less is enough to know a timbre again, and it compares with the corpus alone.
#
# ## What it costs, and whose it is
#
# The run says how much electricity was spent, and whether the machine measured it or it was estimated. In Québec, where nearly all power is hydroelectric, that makes very little greenhouse gas; not nothing, for the rivers were harnessed on inhabited lands.
#
# A corpus always belongs to somebody. Its datasheet says who recorded it, under which licence, with what consent; the run keeps the record. A voice, even finely chopped, is somebody’s: ask.

# %% [markdown] lang="fr"
# ## Et maintenant
#
# 1. Dites la même phrase chuchotée, parlée, criée, et menez avec chacune le même corpus. Que devient le sens quand il ne reste que le geste ?
# 2. Faites le corpus d’un seul lieu : une cuisine, un métro, une berge. Montez l’étendue de 0 à 1, et écoutez quels sons se réveillent.
# 3. Menez avec un rythme : des grains de 60 ms sans continuité, puis de 400 ms avec une continuité de 1. Où finit l’instrument, où commence la citation ?
#
# **Garder.** Rien à faire : chaque essai est un dossier, avec le son, l’image, la liste des grains et son procès-verbal. `artia runs list` les énumère ; `artia rerun A4-mosaique-sonore.ipynb -p seed=7` refait le carnet sans navigateur, avec une autre graine.
#
# **Publier.** Tout passe par la licence et le consentement du corpus : nommez ses auteurs et autrices, joignez le procès-verbal. D’un corpus privé, rien ne se publie. À essayer ensuite : [Mosaïque de soi](I1-mosaique-de-soi.ipynb), [Clavier de corpus](T1-clavier-de-corpus.ipynb).

# %% [markdown] lang="en"
# ## And now
#
# 1. Say the same sentence whispered, spoken, shouted, and drive the same corpus with each. What becomes of the meaning when only the gesture is left?
# 2. Make the corpus of one single place: a kitchen, a metro, a river bank. Raise reach from 0 to 1, and listen for the sounds that wake.
# 3. Drive with a rhythm: grains of 60 ms without continuity, then of 400 ms with a continuity of 1. Where does the instrument end, where does quotation begin?
#
# **Keeping.** Nothing to do: every run is a folder, with the sound, the picture, the list of grains and its record. `artia runs list` lists them; `artia rerun A4-sound-mosaic.ipynb -p seed=7` makes the notebook again without a browser, with another seed.
#
# **Publishing.** Everything goes through the licence and the consent of the corpus: name its authors, attach the record. From a private corpus, nothing is published. To try next: [Self-mosaic](I1-self-mosaic.ipynb), [Corpus keyboard](T1-corpus-keyboard.ipynb).
