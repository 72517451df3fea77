"""The staff's pages: server-rendered, in three languages, behind a log-in.

Templates, style and scripts lie in this folder. `frame.py` renders a page and serves the files,
`session.py` says who is asking and what they may, `login.py` lets them in and out. A page is a
handler with `guards=[needs(Right.X)]` and a parameter `staff: Staff`; `StaffDoor.router`
puts all of them behind the log-in.
"""
