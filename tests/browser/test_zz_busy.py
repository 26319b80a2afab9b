def test_busy(notebook, page):
    book = notebook(
        "from artia_lab import open_panel\npanel = open_panel('image.slow', corpus='skies', steps=300)\npanel",
        "panel.result()",
    )
    book.execute(0)
    book.save()
    book.begin(1)
    page.wait_for_timeout(4000)
    page.goto("about:blank")
    page.goto(book.address)
    page.wait_for_timeout(12000)
    page.screenshot(path="/tmp/pp/shots/busy1.png")
    page.wait_for_timeout(30000)
    page.screenshot(path="/tmp/pp/shots/busy2.png")
