"""The page above a review: a thin layer that shows it and sends what a person does.

Starlette and uvicorn serve it, which the sandbox uses already, and the grid is our own. NiceGUI
would bring AG Grid, but also FastAPI, socket.io and two dozen packages more, a websocket, and a
page whose policy must allow inline scripts and `eval`. Here nothing is loaded but three kinds of
files of ours, the policy forbids everything else, a cell reaches the page as text alone, and the
page is there in a fraction of a second.
"""
