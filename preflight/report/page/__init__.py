"""The report as a page for people: one file, which opens from a disk and asks nobody for anything.

`view` says what is on it, `flow` draws the books, `places` lists the findings, and `render` fills
the template `page.html.j2` with them, `page.css` and `page.js`.

The table of places is our own. DataTables, whose bundle the package `itables` ships, would add
0.7 MB to every report. With 100,000 places it took 4.8 s to appear in Chromium, 0.5 s to sort and
177 MB of memory, since it keeps an object for each row; `page.js` keeps arrays of numbers and took
1.2 s for all of the page, 0.1 s to sort and 22 MB. DataTables also takes cells for markup unless
each column says otherwise.
"""
