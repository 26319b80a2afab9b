/* The two buttons that choose a page's language; the server reads the choice in a cookie, whichever page it sends. */
for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => {
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `artia-language=${button.dataset.language}; path=/; max-age=31536000; samesite=lax${secure}`;
    // Not reload(): a form that was refused would be sent again.
    location.replace(location.href.split("#")[0]);
  });
}
document.querySelector(".languages")?.removeAttribute("hidden");
