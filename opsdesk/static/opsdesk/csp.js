// Lets the admin's pages work on the Alpine build that needs no eval. That build sees only what is
// in scope, and takes one expression per attribute: helpers go into the scope of the whole page,
// and the few attributes with statements are given a helper's name instead.
(() => {
  const late = (name) => (...args) => globalThis[name](...args);

  const helpers = {
    localStorage: {
      getItem: (key) => localStorage.getItem(key),
      setItem: (key, value) => localStorage.setItem(key, value),
    },
    window: {
      location: {
        get pathname() { return location.pathname; },
        get search() { return location.search; },
      },
    },
    getCurrentTab: late("getCurrentTab"),
    sortRecords: late("sortRecords"),
    // A constant of another script: it is no property of the global object.
    moveRecords: (...args) => moveRecords(...args),
    startShell() {
      this.activeTab = (this.activeTab !== undefined && getCurrentTab()) || this.activeTab;
      this.$watch("sidebarDesktopOpen", (open) => {
        localStorage.setItem("sidebarDesktopOpen", open ? "1" : "0");
      });
    },
    toggleSidebar() {
      this.sidebarDesktopOpen = !this.sidebarDesktopOpen;
    },
    openSearch() {
      this.openSearchResults = true;
      this.currentIndex = 0;
    },
    closeSearch() {
      this.openSearchResults = false;
      const input = this.$refs.searchInput;
      if (input.value === "") input.blur(); else input.value = "";
    },
    // Enter takes the first hit where none was chosen with the arrows, and waits for hits.
    plainEnter(event, keep) {
      if (event.metaKey || event.ctrlKey || !this.totalItems) return;
      this.currentIndex ||= 1;
      this.selectItem(keep, false);
    },
    clock: () => Date.now(),
  };

  const rewritten = [
    [/^\s*activeTab =[\s\S]*\$watch[\s\S]*$/, "startShell()"],
    [/^sidebarDesktopOpen = [\s\S]*;[\s\S]*$/, "toggleSidebar()"],
    [/^openSearchResults = true; currentIndex = 0$/, "openSearch()"],
    [/^openSearchResults = false; if [\s\S]*$/, "closeSearch()"],
    [/^if \(!\$event\.metaKey && !\$event\.ctrlKey\) selectItem\((true|false), false\)$/,
      "plainEnter($event, $1)"],
    [/new Date\(\)\.getTime\(\)/, "clock()"],
  ];

  const rewrite = (root) => {
    for (const element of root.querySelectorAll("*")) {
      for (const { name, value } of [...element.attributes]) {
        if (!name.startsWith("x-")) continue;
        for (const [statements, call] of rewritten) {
          if (statements.test(value)) element.setAttribute(name, value.replace(statements, call));
        }
      }
    }
  };

  document.addEventListener("alpine:init", () => {
    rewrite(document);
    const { theme } = globalThis;
    const withHelpers = (...args) =>
      Object.defineProperties(theme(...args), Object.getOwnPropertyDescriptors(helpers));
    Alpine.data("theme", withHelpers);
    for (const name of ["searchForm", "searchDropdown", "searchCommand"]) {
      const make = globalThis[name];
      Alpine.data(name, (...args) => make(...args));
    }
  });

  // What arrives later is rewritten before it is put in place.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.detail.serverResponse) return;
    const template = document.createElement("template");
    template.innerHTML = event.detail.serverResponse;
    rewrite(template.content);
    event.detail.serverResponse = template.innerHTML;
  });
})();
