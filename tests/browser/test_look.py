import os
SHOTS=os.environ.get("SHOTS","/tmp/pp/shots")
def test_look(notebook, page):
    book = notebook(
        "from artia_lab import open_panel\npanel = open_panel('image.slow', corpus='starter/drawings', steps=30, words='Bonjour le monde', sound=True)\npanel",
        "panel.values",
    )
    book.execute(0)
    print(book.text(0))
    page.wait_for_timeout(500)
    page.screenshot(path=f"{SHOTS}/1-form.png")
    book.panel.get_by_role("button", name="Run").click()
    page.wait_for_timeout(2500)
    page.screenshot(path=f"{SHOTS}/2-running.png")
    book.panel.locator(".artia-is-finished").wait_for()
    page.wait_for_timeout(700)
    book.panel.screenshot(path=f"{SHOTS}/3-done.png")
    print(book.execute(1))
