"""What is pinned: is it the newest of its series, and without known holes?"""
