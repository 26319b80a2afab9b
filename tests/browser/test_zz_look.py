import os, pytest
SHOTS="/tmp/pp/shots"
@pytest.mark.parametrize("language,theme",[("fr","JupyterLab Dark")])
def test_look(notebook, page, language, theme):
    page.set_viewport_size({"width":1440,"height":1300})
    book = notebook(f"import os; os.environ['ARTIA_LANG']='{language}'\nfrom artia_lab.panel import open_panel, open_keyboard",
        "panel = open_panel('image.self-mosaic', corpus=\'system/scikit-image\', width=128)\npanel",
        "result = panel.result()\nresult",
        "sound = open_panel('audio.sound-mosaic', corpus='system/sonic-pi', length=8)\nsound",
        "sounds = sound.result()\nsounds",
        f"text = open_panel('text.corpus-keyboard', corpus='starter/texts-{language}')\ntext", "written = text.result()\nwritten", "keyboard = open_keyboard(written)\nkeyboard")
    page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
    page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")
    tag=f"{language}-{theme.split()[-1]}"
    book.execute(0); 
    for i,name in ((1,"image"),(3,"sound"),(5,"text")):
        book.execute(i); page.wait_for_timeout(600)
        page.evaluate("i=>jupyterapp.shell.currentWidget.content.scrollToItem(i,'start')", i)
        page.wait_for_timeout(500)
        page.screenshot(path=f"{SHOTS}/{tag}-{name}-form.png")
        book.begin(i+1); page.wait_for_timeout(4000)
        page.evaluate("i=>jupyterapp.shell.currentWidget.content.scrollToItem(i,'start')", i)
        page.screenshot(path=f"{SHOTS}/{tag}-{name}-running.png")
        page.locator("section.artia").nth({1:0,3:1,5:2}[i]).locator(".artia-is-finished, .artia-is-failed, .artia-is-interrupted, .artia-is-cancelled").first.wait_for(timeout=200000)
        page.wait_for_timeout(1500)
        for d in page.locator("section.artia").nth({1:0,3:1,5:2}[i]).locator("details.artia-traces summary").all(): d.click()
        page.wait_for_timeout(1500)
        page.evaluate("i=>jupyterapp.shell.currentWidget.content.scrollToItem(i,'start')", i)
        page.screenshot(path=f"{SHOTS}/{tag}-{name}-done.png")
        page.evaluate("i=>jupyterapp.shell.currentWidget.content.scrollToItem(i,'start')", i+1)
        page.wait_for_timeout(700)
        page.screenshot(path=f"{SHOTS}/{tag}-{name}-static.png")
    book.execute(7); page.wait_for_timeout(1000)
    page.evaluate("i=>jupyterapp.shell.currentWidget.content.scrollToItem(i,'start')", 7)
    page.wait_for_timeout(700)
    page.screenshot(path=f"{SHOTS}/{tag}-keyboard.png")
    page.set_viewport_size({"width":520,"height":1300}); page.wait_for_timeout(1000)
    for sel,n in (("section.artia","panel"),):
        page.evaluate("i=>jupyterapp.shell.currentWidget.content.scrollToItem(i,'start')", 3); page.wait_for_timeout(600)
        page.screenshot(path=f"{SHOTS}/{tag}-narrow.png")
