def test_dbg(notebook, page, skies):
    book = notebook(
        "from artia_lab import open_panel\npanel = open_panel('image.slow', corpus='skies', steps=2)\npanel",
        "panel.values['width'], panel.values['light']",
    )
    book.execute(0)
    s = book.panel.get_by_role("slider", name="Width")
    book.panel.get_by_label("Corpus", exact=True).focus()
    for i in range(6):
        print(page.evaluate("document.activeElement.outerHTML.slice(0,120)"))
        if s.evaluate("n=>n===document.activeElement"):
            break
        page.keyboard.press("Tab")
    print("value", s.input_value())
    page.keyboard.press("ArrowRight")
    print("value", s.input_value())
    page.keyboard.press("ArrowRight")
    print("value", s.input_value())
    page.wait_for_timeout(500)
    print("value", s.input_value())
    print(book.execute(1))
